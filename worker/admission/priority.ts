import type { Resource } from '../../api/meta/object.ts'
import type { Pod, PodSpec, PriorityClass } from '../../api/schema/types.generated.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'

const CLASSES = 'priorityclasses.scheduling.k8s.io'
type Class = Pick<PriorityClass, 'value' | 'preemptionPolicy'> & { name: string }

/** The PriorityClasses that every API server makes for itself, for as long as it has not. */
const SYSTEM: Readonly<Record<string, Class>> = {
  'system-cluster-critical': { name: 'system-cluster-critical', value: 2000000000 },
  'system-node-critical': { name: 'system-node-critical', value: 2000001000 },
}
const POLICY = 'PreemptLowerPriority'

/**
 * A Pod's priority and whether it preempts come from its class, never from the Pod; one class at most is the default.
 * plugin/pkg/admission/priority.
 */
export const priority: Plugin = {
  name: 'Priority',
  of: ['pods', CLASSES],
  admit(object, attributes, tx) {
    if (attributes.subresource !== '' || attributes.kind.resource !== 'pods') return object
    const pod = object as Pod // by the resource
    if (attributes.operation === 'CREATE') return ranked(pod, attributes, tx)
    return attributes.operation === 'UPDATE' ? kept(pod, attributes.old as Pod) : pod // by the resource
  },
  validate(attributes, tx) {
    if (attributes.kind.resource !== CLASSES || attributes.subresource !== '') return
    if (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') onlyOneDefault(attributes, tx)
  },
}

/** Of several global defaults (older objects) the lowest counts. */
function globalDefault(tx: Tx): PriorityClass | undefined {
  const all = tx.few(CLASSES, '').map((row) => row.object as PriorityClass) // by the resource
  return all
    .filter((one) => one.globalDefault === true)
    .reduce<PriorityClass | undefined>(
      (low, one) => (low === undefined || one.value < low.value ? one : low),
      undefined,
    )
}

function classOf({ priorityClassName: name = '' }: PodSpec, attributes: Attributes, tx: Tx): Class {
  if (name === '') {
    const found = globalDefault(tx)
    return found === undefined ? { name: '', value: 0 } : { ...found, name: found.metadata.name }
  }
  const found = tx.get({ resource: CLASSES, namespace: '', name })?.object as PriorityClass | undefined // by the key
  const known = found === undefined ? SYSTEM[name] : { ...found, name }
  if (known === undefined) throw forbid(attributes, `no PriorityClass with name ${name} was found`)
  return known
}

function ranked(pod: Pod, attributes: Attributes, tx: Tx): Resource {
  const { name, value, preemptionPolicy: policy = POLICY } = classOf(pod.spec, attributes, tx)
  const refuse = (what: string, given: number | string, right: number | string): never => {
    const why = `priority admission controller computed ${right} from the given PriorityClass name`
    throw forbid(attributes, `the ${what} (${given}) must not be provided in pod spec; ${why}`)
  }
  const given = pod.spec
  if ((given.priority ?? value) !== value) refuse('integer value of priority', given.priority ?? 0, value)
  if ((given.preemptionPolicy ?? policy) !== policy) {
    refuse('string value of PreemptionPolicy', given.preemptionPolicy ?? '', policy)
  }
  const named = name === '' ? {} : { priorityClassName: name }
  return { ...pod, spec: { ...given, ...named, priority: value, preemptionPolicy: policy } } as Pod // fields of its spec
}

/** An update that leaves the two out does not take them away. */
function kept(pod: Pod, old: Pod): Resource {
  const { priority: value = old.spec.priority, preemptionPolicy = old.spec.preemptionPolicy } = pod.spec
  if (value === pod.spec.priority && preemptionPolicy === pod.spec.preemptionPolicy) return pod
  const spec: PodSpec = {
    ...pod.spec,
    ...(value === undefined ? {} : { priority: value }),
    ...(preemptionPolicy === undefined ? {} : { preemptionPolicy }),
  }
  return { ...pod, spec } as Pod // fields of its spec
}

function onlyOneDefault(attributes: Attributes & { object: Resource }, tx: Tx): void {
  const asked = attributes.object as PriorityClass // by the resource
  if (asked.globalDefault !== true) return
  const found = globalDefault(tx)
  if (found === undefined || (attributes.operation === 'UPDATE' && found.metadata.name === asked.metadata.name)) return
  const why = `PriorityClass ${found.metadata.name} is already marked as default. Only one default can exist`
  throw forbid(attributes, why)
}
