import { compareQuantity } from '../../api/meta/quantity.ts'
import { quantityOf } from '../../api/kinds/numbers.ts'
import { mergedTolerations } from '../../api/kinds/pod/tolerations.ts'
import type { Pod, PodSpec, RuntimeClass } from '../../api/schema/types.generated.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'

const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
const UNFOUNDED = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'

/** A new Pod pays the overhead of its RuntimeClass and goes where that runs. plugin/pkg/admission/runtimeclass. */
export const runtimeClass: Plugin = {
  name: 'RuntimeClass',
  of: ['pods'],
  admit(object, attributes, tx) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return object
    const pod = object as Pod // asked for Pods only
    const found = classOf(pod.spec, attributes, tx)
    if (found === undefined) return pod
    const spec = scheduled(withOverhead(pod.spec, found, attributes), found, attributes)
    return { ...pod, spec } as Pod // still its spec
  },
  validate(attributes, tx) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return
    const { spec } = attributes.object as Pod // asked for Pods only
    const fixed = classOf(spec, attributes, tx)?.overhead?.podFixed
    if (fixed === undefined && spec.overhead !== undefined) throw forbid(attributes, UNFOUNDED)
    if (fixed !== undefined && !alike(fixed, spec.overhead)) throw forbid(attributes, MISMATCH)
  },
}

function classOf({ runtimeClassName: name }: PodSpec, attributes: Attributes, tx: Tx): RuntimeClass | undefined {
  if (name === undefined || name === null) return undefined
  const found = tx.get({ resource: 'runtimeclasses.node.k8s.io', namespace: '', name })
  if (found === undefined) throw forbid(attributes, `pod rejected: RuntimeClass "${name}" not found`)
  return found.object as RuntimeClass // by the key
}

type Amounts = Readonly<Record<string, string>>

function alike(a: Amounts, b: Amounts = {}): boolean {
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => name in b && compareQuantity(quantityOf(a[name]), quantityOf(b[name])) === 0)
}

function withOverhead(spec: PodSpec, { overhead }: RuntimeClass, attributes: Attributes): PodSpec {
  if (overhead === undefined) return spec
  const { podFixed = {} } = overhead
  if (spec.overhead !== undefined && !alike(podFixed, spec.overhead)) throw forbid(attributes, MISMATCH)
  return { ...spec, overhead: podFixed }
}

function scheduled(spec: PodSpec, { scheduling }: RuntimeClass, attributes: Attributes): PodSpec {
  if (scheduling === undefined) return spec
  const { nodeSelector = {}, tolerations = [] } = scheduling
  const given = spec.nodeSelector ?? {}
  for (const [key, value] of Object.entries(nodeSelector)) {
    if (key in given && given[key] !== value) {
      const what = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${given[key]}`
      throw forbid(attributes, `conflict: ${what}`)
    }
  }
  const selected = { ...given, ...nodeSelector }
  const merged = mergedTolerations(spec.tolerations ?? [], tolerations)
  return {
    ...spec,
    ...(Object.keys(selected).length === 0 ? {} : { nodeSelector: selected }),
    ...(merged.length === 0 ? {} : { tolerations: merged }),
  }
}
