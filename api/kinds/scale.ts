import type { Resource } from '../meta/object.ts'
import { type LabelSelector, formatSelector, selectorOf } from '../meta/selector.ts'
import type { KindRules } from './kind.ts'

/** A kind whose replicas stand where they do in Deployments and ReplicaSets. */
interface Scaled extends Resource {
  spec: { replicas?: number; selector?: LabelSelector | null }
  status?: { replicas?: number }
}

/** autoscaling/v1 Scale over such a kind: `scaleFromDeployment` of pkg/registry/apps/deployment/storage. */
export const scaleRules = <T extends Scaled>(): NonNullable<KindRules<T>['scale']> => ({
  read: ({ spec, status }) => ({
    replicas: spec.replicas ?? 0,
    current: status?.replicas ?? 0,
    selector: formatSelector(selectorOf(spec.selector)),
  }),
  write: (object, replicas) => ({ ...object, spec: { ...object.spec, replicas } }),
})
