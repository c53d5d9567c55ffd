import type { Json, JsonObject } from '../../meta/object.ts'
import { elapsed } from '../../meta/time.ts'
import {
  AGE,
  NAME,
  age,
  at,
  column,
  conditionOf,
  containers,
  count,
  firstOf,
  integer,
  labels,
  listAt,
  numberAt,
  selector,
  text,
  textAt,
  timeAt,
  wide,
  type Column,
  type Formula,
} from './formula.ts'

const readyOfWanted: Formula = (object) =>
  `${numberAt(object, 'status.readyReplicas')}/${numberAt(object, 'spec.replicas')}`

/** `replicaset.apps/web-5d4f`: formatResourceName of the controller. */
function controller(object: JsonObject): string {
  const owner = listAt(object, 'metadata.ownerReferences').find((owner) => at(owner, 'controller') === true)
  if (owner === undefined) return '<none>'
  const [group, version] = textAt(owner, 'apiVersion').split('/')
  const kind = version === undefined ? textAt(owner, 'kind') : `${textAt(owner, 'kind')}.${group}`
  return `${kind.toLowerCase()}/${textAt(owner, 'name')}`
}

/** A Job's state is the first of these that holds; `Terminating` is a job that is being deleted. */
const JOB_STATES: [state: string, condition: string | undefined][] = [
  ['Complete', 'Complete'],
  ['Failed', 'Failed'],
  ['Terminating', undefined],
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
  ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
]
function jobState(job: JsonObject): string {
  const holds = (condition: string | undefined) =>
    condition === undefined
      ? at(job, 'metadata.deletionTimestamp') !== undefined
      : conditionOf(job, condition)?.['status'] === 'True'
  return JOB_STATES.find(([, condition]) => holds(condition))?.[0] ?? 'Running'
}
function completions(job: JsonObject): string {
  const succeeded = numberAt(job, 'status.succeeded')
  const wanted = at(job, 'spec.completions')
  if (wanted !== undefined) return `${succeeded}/${String(wanted)}`
  const parallelism = numberAt(job, 'spec.parallelism')
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}
function duration(job: JsonObject, now: number): string {
  const start = timeAt(job, 'status.startTime')
  return start === undefined ? '' : elapsed((timeAt(job, 'status.completionTime') ?? now) - start)
}

const suspended: Formula = (cronJob) => {
  const suspend = at(cronJob, 'spec.suspend')
  return suspend === undefined ? '<unset>' : suspend === true ? 'True' : 'False'
}

/** `current/target` of one metric: formatHPAMetrics of kubernetes/pkg/printers/internalversion. */
function metric(spec: Json, status: Json | undefined): string {
  const type = textAt(spec, 'type')
  const field = type.charAt(0).toLowerCase() + type.slice(1)
  const target = at(spec, `${field}.target`)
  const current = (key: string) => textAt(status, `${field}.current.${key}`) || '<unknown>'
  const average = `${current('averageValue')}/${textAt(target, 'averageValue')}`
  const isAverage = at(target, 'averageValue') !== undefined
  switch (type) {
    case 'External':
    case 'Object':
      return isAverage ? `${average} (avg)` : `${current('value')}/${textAt(target, 'value')}`
    case 'Pods':
      return average
    case 'Resource':
    case 'ContainerResource': {
      const percent = (used: Json | undefined, unset: string) => (used === undefined ? unset : `${String(used)}%`)
      const used = percent(at(status, `${field}.current.averageUtilization`), '<unknown>')
      const wanted = percent(at(target, 'averageUtilization'), '<auto>')
      return `${textAt(spec, `${field}.name`)}: ${isAverage ? average : `${used}/${wanted}`}`
    }
    default:
      return '<unknown type>'
  }
}
function metrics(autoscaler: JsonObject): string {
  const statuses = listAt(autoscaler, 'status.currentMetrics')
  const texts = listAt(autoscaler, 'spec.metrics').map((spec, index) => metric(spec, statuses[index]))
  return firstOf(texts, 2, ', ', '<none>')
}
/** autoscaling/v1 knows CPU alone. */
function cpu(autoscaler: JsonObject): string {
  const target = at(autoscaler, 'spec.targetCPUUtilizationPercentage')
  if (target === undefined) return '<none>'
  const current = at(autoscaler, 'status.currentCPUUtilizationPercentage')
  return `cpu: ${current === undefined ? '<unknown>' : `${String(current)}%`}/${String(target)}%`
}
const autoscaler = (targets: Formula): Column[] => [
  NAME,
  column('Reference', (it) => `${textAt(it, 'spec.scaleTargetRef.kind')}/${textAt(it, 'spec.scaleTargetRef.name')}`),
  column('Targets', targets),
  column('MinPods', text('spec.minReplicas', '<unset>')),
  column('MaxPods', integer('spec.maxReplicas')),
  column('Replicas', integer('status.currentReplicas')),
  AGE,
]

/** Columns of apps, batch and autoscaling, by model without `io.k8s.`. */
export const WORKLOADS: Record<string, Column[]> = {
  'api.apps.v1.ControllerRevision': [
    NAME,
    column('Controller', controller),
    column('Revision', integer('revision')),
    AGE,
  ],
  'api.apps.v1.DaemonSet': [
    NAME,
    column('Desired', integer('status.desiredNumberScheduled'), { type: 'integer' }),
    column('Current', integer('status.currentNumberScheduled'), { type: 'integer' }),
    column('Ready', integer('status.numberReady'), { type: 'integer' }),
    column('Up-to-date', integer('status.updatedNumberScheduled'), { type: 'integer' }),
    column('Available', integer('status.numberAvailable'), { type: 'integer' }),
    column('Node Selector', labels('spec.template.spec.nodeSelector')),
    AGE,
    ...containers('spec.template.spec.containers'),
    wide('Selector', selector('spec.selector')),
  ],
  'api.apps.v1.Deployment': [
    NAME,
    column('Ready', readyOfWanted),
    column('Up-to-date', integer('status.updatedReplicas')),
    column('Available', integer('status.availableReplicas')),
    AGE,
    ...containers('spec.template.spec.containers'),
    wide('Selector', selector('spec.selector', '')),
  ],
  'api.apps.v1.ReplicaSet': [
    NAME,
    column('Desired', integer('spec.replicas'), { type: 'integer' }),
    column('Current', integer('status.replicas'), { type: 'integer' }),
    column('Ready', integer('status.readyReplicas'), { type: 'integer' }),
    AGE,
    ...containers('spec.template.spec.containers'),
    wide('Selector', selector('spec.selector')),
  ],
  'api.apps.v1.StatefulSet': [
    NAME,
    column('Ready', readyOfWanted),
    AGE,
    ...containers('spec.template.spec.containers'),
  ],
  'api.autoscaling.v1.HorizontalPodAutoscaler': autoscaler(cpu),
  'api.autoscaling.v2.HorizontalPodAutoscaler': autoscaler(metrics),
  'api.batch.v1.CronJob': [
    NAME,
    column('Schedule', text('spec.schedule')),
    column('Timezone', text('spec.timeZone', '<none>')),
    column('Suspend', suspended, { type: 'boolean' }),
    column('Active', count('status.active'), { type: 'integer' }),
    column('Last Schedule', age('status.lastScheduleTime', '<none>')),
    AGE,
    ...containers('spec.jobTemplate.spec.template.spec.containers'),
    wide('Selector', selector('spec.jobTemplate.spec.selector')),
  ],
  'api.batch.v1.Job': [
    NAME,
    column('Status', jobState),
    column('Completions', completions),
    column('Duration', duration),
    AGE,
    ...containers('spec.template.spec.containers'),
    wide('Selector', selector('spec.selector')),
  ],
}
