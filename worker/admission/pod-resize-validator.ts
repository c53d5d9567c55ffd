import { specified } from '../../api/kinds/pod/requests.ts'
import { compareQuantity, milliValue, value } from '../../api/meta/quantity.ts'
import { amountsOf, plus, ZERO } from '../../api/meta/resource-list.ts'
import { type Cause, StatusError } from '../../api/meta/status-error.ts'
import type { Node, Pod } from '../../api/schema/types.generated.ts'
import type { Attributes } from '../registry/attributes.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'

/** A Pod grows only as far as its node could ever let it. PodResizeValidator of plugin/pkg/admission/podresize. */
export const podResizeValidator: Plugin = {
  name: 'PodResizeValidator',
  of: ['pods'],
  validate(attributes, tx) {
    if (attributes.operation !== 'UPDATE' || attributes.subresource !== 'resize') return
    const [pod, old] = [attributes.object as Pod, attributes.old as Pod] // asked for Pods only
    const { nodeName = '' } = pod.spec
    if (nodeName === '' || pod.metadata.generation === old.metadata.generation) return
    const node = tx.get({ resource: 'nodes', namespace: '', name: nodeName })?.object as Node | undefined // by the key
    if (node === undefined) throw forbid(attributes, `node "${nodeName}" not found`)
    const os = node.metadata.labels?.['kubernetes.io/os'] ?? 'linux'
    if (os !== 'linux') {
      const why = `pod resize is only supported on linux nodes, node "${nodeName}" is "${os}"`
      throw because('UnsupportedPlatform', attributes, why)
    }
    const lacking = shortages(pod, node)
    if (lacking.length > 0) {
      const why = `node didn't have enough allocatable resources: ${lacking.join('; ')}`
      throw because('NodeCapacity', attributes, why)
    }
  },
}

function shortages(pod: Pod, { status }: Node): string[] {
  const asked = plus(specified(pod, 'requests'), amountsOf(pod.spec.overhead))
  const has = amountsOf(status?.allocatable)
  return [['cpu', milliValue] as const, ['memory', value] as const].flatMap(([name, number]) => {
    const [request, allocatable] = [asked.get(name) ?? ZERO, has.get(name) ?? ZERO]
    if (compareQuantity(request, allocatable) <= 0) return []
    return [`${name}, requested: ${number(request)}, allocatable: ${number(allocatable)}`]
  })
}

function because(reason: string, attributes: Attributes, why: string): StatusError {
  const { message, details } = forbid(attributes, why)
  const cause = { reason } as Cause // this one has no message in Kubernetes either
  return new StatusError('Forbidden', message, { ...details, causes: [cause] })
}
