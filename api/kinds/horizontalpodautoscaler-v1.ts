import type { Json, JsonObject, ObjectMeta } from '../meta/object.ts'
import { isJsonObject } from '../schema/json-value.ts'
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus,
  MetricSpec,
  MetricStatus,
} from '../schema/types.generated.ts'
import { declareForm } from './declare.ts'
import { autoscalerRules, horizontalpodautoscalers } from './horizontalpodautoscaler.ts'
import { internal } from './internal.ts'
import { metricFromV1, metricToV1, statusFromV1, statusToV1 } from './metric-v1.ts'

/**
 * autoscaling/v1 over what autoscaling/v2 stores: what it has no field for travels in annotations.
 * pkg/apis/autoscaling/v1/conversion.go
 */

/** An autoscaler as autoscaling/v1 knows it. */
interface AutoscalerV1 {
  kind: 'HorizontalPodAutoscaler'
  apiVersion: 'autoscaling/v1'
  metadata: ObjectMeta
  spec: Omit<HorizontalPodAutoscalerSpec, 'metrics' | 'behavior'> & { targetCPUUtilizationPercentage?: number }
  status: Omit<HorizontalPodAutoscalerStatus, 'currentMetrics' | 'conditions'> & {
    currentCPUUtilizationPercentage?: number
  }
}

const METRICS = 'autoscaling.alpha.kubernetes.io/metrics'
const STATUSES = 'autoscaling.alpha.kubernetes.io/current-metrics'
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior'
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions'
const OURS: readonly string[] = [METRICS, STATUSES, BEHAVIOR, CONDITIONS]
const DEFAULT_UTILIZATION = 80

type Annotations = Readonly<Record<string, string>>

/** Metadata whose annotations are the object's own and these. */
function annotated({ annotations, ...metadata }: ObjectMeta, added: Annotations): ObjectMeta {
  const own = Object.entries(annotations ?? {}).filter(([key]) => !OURS.includes(key))
  const all = Object.fromEntries([...own, ...Object.entries(added)])
  return Object.keys(all).length === 0 ? metadata : { ...metadata, annotations: all }
}

const isCpu = ({ type, resource }: MetricSpec): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target?.averageUtilization !== undefined

const cpu = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

const given = (name: string, value: unknown): object => (value === undefined ? {} : { [name]: value })

function fromStored({ metadata, spec, status }: HorizontalPodAutoscaler): AutoscalerV1 {
  const { metrics = [], behavior, ...rest } = spec
  const { currentMetrics, conditions = [], ...counts } = status ?? {}
  const current = currentMetrics ?? []
  const others = metrics.filter((metric) => !isCpu(metric))
  const first = metrics.find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu')
  const used = current.find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu')
  const annotations = {
    ...(others.length === 0 ? {} : { [METRICS]: JSON.stringify(others.map(metricToV1)) }),
    ...(current.length === 0 ? {} : { [STATUSES]: JSON.stringify(current.map(statusToV1)) }),
    ...(behavior === undefined
      ? {}
      : { [BEHAVIOR]: JSON.stringify(internal('HorizontalPodAutoscalerBehavior', behavior)) }),
    ...(conditions.length === 0 ? {} : { [CONDITIONS]: JSON.stringify(conditions) }),
  }
  return {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v1',
    metadata: annotated(metadata, annotations),
    spec: {
      ...rest,
      ...given('targetCPUUtilizationPercentage', first?.resource?.target?.averageUtilization),
    },
    status: {
      ...counts,
      ...given('currentCPUUtilizationPercentage', used?.resource?.current?.averageUtilization),
    },
  }
}

/** What an annotation says; undefined where it is missing or cannot be read, which is nobody's error. */
function read(annotations: Annotations | undefined, key: string): Json | undefined {
  const text = annotations?.[key]
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

const objects = (value: Json | undefined): JsonObject[] | undefined =>
  Array.isArray(value) && value.every(isJsonObject) ? value : undefined

/** The internal type's names begin with a capital; Go reads them whatever their case. */
function decapitalised(value: Json): Json {
  if (Array.isArray(value)) return value.map(decapitalised)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(
    entries.map(([key, member]) => [key.slice(0, 1).toLowerCase() + key.slice(1), decapitalised(member)]),
  )
}

function metricsOf(annotations: Annotations | undefined, target: number | undefined): MetricSpec[] {
  const own = target === undefined ? [] : [cpu(target)]
  const metrics = [...(objects(read(annotations, METRICS)) ?? []).map(metricFromV1), ...own]
  return metrics.length === 0 ? [cpu(DEFAULT_UTILIZATION)] : metrics
}

function currentOf(annotations: Annotations | undefined, used: number | undefined): MetricStatus[] | undefined {
  const kept = objects(read(annotations, STATUSES))?.map(statusFromV1)
  if (kept !== undefined || used === undefined) return kept
  return [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: used } } }]
}

function toStored({ metadata, spec, status }: AutoscalerV1): HorizontalPodAutoscaler {
  const annotations = metadata?.annotations
  const { targetCPUUtilizationPercentage: target, ...rest } = spec ?? {}
  const { currentCPUUtilizationPercentage: used, ...counts } = status ?? {}
  const behavior = read(annotations, BEHAVIOR)
  const conditions = objects(read(annotations, CONDITIONS))
  const object = {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    metadata: annotated(metadata ?? {}, {}),
    spec: {
      ...rest,
      metrics: metricsOf(annotations, target),
      ...(isJsonObject(behavior) && Object.keys(behavior).length > 0 ? { behavior: decapitalised(behavior) } : {}),
    },
    status: {
      ...counts,
      ...given('currentMetrics', currentOf(annotations, used)),
      ...given('conditions', conditions),
    },
  }
  // Decoded as autoscaling/v1, so each field has the type that it has here.
  return object as unknown as HorizontalPodAutoscaler
}

export const horizontalpodautoscalersV1 = declareForm<HorizontalPodAutoscaler, AutoscalerV1>(
  horizontalpodautoscalers,
  { resource: 'horizontalpodautoscalers.autoscaling', version: 'v1' },
  autoscalerRules,
  { toStored, fromStored },
)
