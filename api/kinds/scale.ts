import { conflict, invalid } from '../meta/failures.ts'
import { subdomainName } from '../meta/names.ts'
import type { Resource } from '../meta/object.ts'
import { type LabelSelector, formatSelector, selectorOf } from '../meta/selector.ts'
import { validateMeta } from '../meta/validate-meta.ts'
import type { Scale } from '../schema/types.generated.ts'
import type { Kind, KindRules } from './kind.ts'
import { nonNegative } from './numbers.ts'

/** A kind whose replicas stand where they do in Deployments and ReplicaSets. */
interface Scaled extends Resource {
  spec: { replicas?: number; selector: LabelSelector }
  status?: { replicas?: number }
}

export const scaleRules = <T extends Scaled>(): NonNullable<KindRules<T>['scale']> => ({
  read: ({ spec, status }) => ({
    replicas: spec.replicas ?? 0,
    current: status?.replicas ?? 0,
    selector: formatSelector(selectorOf(spec.selector)),
  }),
  write: (object, replicas) => ({ ...object, spec: { ...object.spec, replicas } }),
})

/** autoscaling/v1 Scale of an object: `scaleFromDeployment` of pkg/registry/apps/deployment/storage. */
export function scaleOf(kind: Kind, object: Resource): Scale {
  const scale = kind.rules.scale?.read(object)
  if (scale === undefined) throw new Error(`${kind.resource} have no scale`)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: scale.replicas === 0 ? {} : { replicas: scale.replicas },
    status: { replicas: scale.current, ...(scale.selector === '' ? {} : { selector: scale.selector }) },
  }
}

/**
 * The object with the replicas that a Scale asks for. Throws 422 for a Scale that is wrong and 409 for one of another uid.
 * Its resourceVersion is a precondition as on any write: it is put into the object's metadata for the registry to check.
 */
export function withScale(kind: Kind, object: Resource, scale: Scale): Resource {
  const replicas = scale.spec?.replicas ?? 0
  const { name } = object.metadata
  const rules = { namespaced: true, rules: { validateName: subdomainName } }
  const errors = [...validateMeta(scale, undefined, rules), ...nonNegative('spec.replicas', replicas)]
  if (errors.length > 0) throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, errors)
  const { uid } = scale.metadata
  if (uid && uid !== object.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid}`
    throw conflict(`${kind.plural}/scale.${kind.group}`, name, why)
  }
  const written = kind.rules.scale?.write(object, replicas) ?? object
  return { ...written, metadata: { ...object.metadata, resourceVersion: scale.metadata.resourceVersion } }
}
