import { Path, type FieldError, forbidden, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { formatQuantity, sign } from '../meta/quantity.ts'
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import type { KindRules } from './kind.ts'
import { apiVersionFault, metricErrors, referenceErrors } from './metric.ts'
import { nonNegative, positive, quantityOf } from './numbers.ts'

const SPEC = Path.of('spec')
const STATUS = Path.of('status')
const LONGEST_PERIOD = 1800
const LONGEST_WINDOW = 3600
const SELECT = ['Disabled', 'Max', 'Min']
const POLICIES = ['Percent', 'Pods']

function policyErrors({ type = '', value = 0, periodSeconds = 0 }: HPAScalingPolicy, at: Path): FieldError[] {
  const period = at.child('periodSeconds')
  return [
    ...(POLICIES.includes(type) ? [] : [notSupported(at.child('type'), type, POLICIES)]),
    ...positive(at.child('value'), value),
    ...positive(period, periodSeconds),
    ...(periodSeconds > LONGEST_PERIOD
      ? [invalidValue(period, periodSeconds, `must be less than or equal to ${LONGEST_PERIOD}`)]
      : []),
  ]
}

function rulesErrors(rules: HPAScalingRules | undefined, at: Path): FieldError[] {
  if (rules === undefined) return []
  const { stabilizationWindowSeconds: seconds = 0, selectPolicy, policies = [], tolerance } = rules
  const window = at.child('stabilizationWindowSeconds')
  const errors: FieldError[] = []
  if (seconds < 0) errors.push(invalidValue(window, seconds, 'must be greater than or equal to zero'))
  if (seconds > LONGEST_WINDOW) {
    errors.push(invalidValue(window, seconds, `must be less than or equal to ${LONGEST_WINDOW}`))
  }
  if (selectPolicy !== undefined && !SELECT.includes(selectPolicy)) {
    errors.push(notSupported(at.child('selectPolicy'), selectPolicy, SELECT))
  }
  const here = at.child('policies')
  if (policies.length === 0) errors.push(required(here, 'must specify at least one Policy'))
  policies.forEach((policy, i) => errors.push(...policyErrors(policy, here.index(i))))
  if (tolerance !== undefined && sign(quantityOf(tolerance)) < 0) {
    const printed = formatQuantity(quantityOf(tolerance))
    errors.push(invalidValue(at.child('tolerance'), printed, 'must be greater than or equal to 0'))
  }
  return errors
}

/** Only what is new must name a group; the one scalable kind of the core group never does. */
function targetErrors({ scaleTargetRef: ref }: HorizontalPodAutoscalerSpec, old?: HorizontalPodAutoscalerSpec) {
  const errors = referenceErrors(ref, SPEC.child('scaleTargetRef'), ref?.kind === 'ReplicationController')
  if (old === undefined || apiVersionFault(old.scaleTargetRef?.apiVersion ?? '', false) === '') return errors
  return errors.filter(({ field }) => field !== 'spec.scaleTargetRef.apiVersion')
}

/** `validateHorizontalPodAutoscalerSpec` of pkg/apis/autoscaling/validation. */
function specErrors(spec: HorizontalPodAutoscalerSpec, old?: HorizontalPodAutoscalerSpec): FieldError[] {
  const { minReplicas: least, maxReplicas: most = 0, metrics = [], behavior } = spec
  const floor = old?.minReplicas === 0 ? 0 : 1
  const errors: FieldError[] = []
  if (least !== undefined && least < floor) {
    errors.push(invalidValue(SPEC.child('minReplicas'), least, `must be greater than or equal to ${floor}`))
  }
  const max = SPEC.child('maxReplicas')
  if (most < 1) errors.push(required(max, 'must be set and greater than 0'))
  if (least !== undefined && most < least) {
    errors.push(invalidValue(max, most, 'must be greater than or equal to `minReplicas`'))
  }
  errors.push(...targetErrors(spec, old))
  const at = SPEC.child('metrics')
  metrics.forEach((metric, i) => errors.push(...metricErrors(metric, at.index(i))))
  if (least === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    errors.push(
      forbidden(at, 'must specify at least one Object or External metric to support scaling to zero replicas'),
    )
  }
  errors.push(...rulesErrors(behavior?.scaleUp, SPEC.child('behavior').child('scaleUp')))
  errors.push(...rulesErrors(behavior?.scaleDown, SPEC.child('behavior').child('scaleDown')))
  return errors
}

/** Of the stored form, which is autoscaling/v2; autoscaling/v1 is another form of it. */
export const autoscalerRules: KindRules<HorizontalPodAutoscaler> = {
  validate: ({ spec }, { operation }) => (operation === 'create' ? specErrors(spec) : []),
  validateUpdate: ({ spec }, old) => specErrors(spec, old.spec),
  validateStatus: ({ status }) =>
    (['currentReplicas', 'desiredReplicas'] as const).flatMap((field) =>
      nonNegative(STATUS.child(field), status?.[field]),
    ),
}

export const horizontalpodautoscalers = declare<HorizontalPodAutoscaler>(
  'horizontalpodautoscalers.autoscaling',
  autoscalerRules,
)
