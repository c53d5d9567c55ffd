import { Path, type FieldError, forbidden, invalidValue, notSupported, required } from '../meta/field-error.ts'
import type { Deployment, DeploymentStrategy } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import type { HookContext } from './kind.ts'
import { nonNegative } from './numbers.ts'
import { preparedTemplate } from './pod/prepare.ts'
import { scaleRules } from './scale.ts'
import {
  atMostAll,
  countOf,
  countOrPercent,
  immutableSelector,
  notDecremented,
  replicaStatusErrors,
  selectorErrors,
  templateErrors,
  workloadWarnings,
} from './workload.ts'

const SPEC = Path.of('spec')
const STATUS = Path.of('status')

function rollingErrors(rolling: NonNullable<DeploymentStrategy['rollingUpdate']>, at: Path): FieldError[] {
  const { maxUnavailable = 0, maxSurge = 0 } = rolling
  const errors = [
    ...countOrPercent(at.child('maxUnavailable'), maxUnavailable),
    ...countOrPercent(at.child('maxSurge'), maxSurge),
  ]
  if (countOf(maxUnavailable) === 0 && countOf(maxSurge) === 0) {
    errors.push(invalidValue(at.child('maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0'))
  }
  return [...errors, ...atMostAll(at.child('maxUnavailable'), maxUnavailable)]
}

/** As Go prints the internal type. */
const printedStrategy = ({ type = '', rollingUpdate }: DeploymentStrategy): object => ({
  Type: type,
  RollingUpdate:
    rollingUpdate === undefined
      ? null
      : { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 },
})

function strategyErrors(strategy: DeploymentStrategy, at: Path): FieldError[] {
  const { type, rollingUpdate } = strategy
  if (type === 'Recreate') {
    const why = "may not be specified when strategy `type` is 'Recreate'"
    return rollingUpdate === undefined ? [] : [forbidden(at.child('rollingUpdate'), why)]
  }
  if (type !== 'RollingUpdate') return [notSupported(at, printedStrategy(strategy), ['Recreate', 'RollingUpdate'])]
  if (rollingUpdate === undefined) {
    return [required(at.child('rollingUpdate'), 'this should be defaulted and never be nil')]
  }
  return rollingErrors(rollingUpdate, at.child('rollingUpdate'))
}

/** `ValidateDeploymentSpec` of pkg/apis/apps/validation. */
function validate({ spec }: Deployment, _: HookContext, old?: Deployment): FieldError[] {
  const { minReadySeconds = 0, progressDeadlineSeconds: deadline } = spec
  const errors = [
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...selectorErrors(spec.selector, SPEC.child('selector')),
    ...templateErrors(spec.template, spec.selector, SPEC, old?.spec.template),
    ...strategyErrors(spec.strategy ?? {}, SPEC.child('strategy')),
    ...nonNegative(SPEC.child('minReadySeconds'), minReadySeconds),
    ...nonNegative(SPEC.child('revisionHistoryLimit'), spec.revisionHistoryLimit),
    ...nonNegative(SPEC.child('progressDeadlineSeconds'), deadline),
  ]
  if (deadline !== undefined && deadline <= minReadySeconds) {
    errors.push(invalidValue(SPEC.child('progressDeadlineSeconds'), deadline, 'must be greater than minReadySeconds'))
  }
  return errors
}

function validateStatus({ status = {} }: Deployment, old: Deployment): FieldError[] {
  const errors = replicaStatusErrors(
    status,
    [
      'observedGeneration',
      'replicas',
      'updatedReplicas',
      'readyReplicas',
      'availableReplicas',
      'unavailableReplicas',
      'terminatingReplicas',
      'collisionCount',
    ],
    'updatedReplicas',
  )
  const at = STATUS.child('collisionCount')
  return [...errors, ...notDecremented(at, status.collisionCount, old.status?.collisionCount)]
}

function prepareUpdate(deployment: Deployment, old: Deployment, { operation }: HookContext): Deployment {
  if (operation !== 'status') {
    return { ...deployment, spec: { ...deployment.spec, template: preparedTemplate(deployment.spec.template) } }
  }
  // A Deployment's /status leaves the labels as they are (deploymentStatusStrategy).
  const { labels: _, ...metadata } = deployment.metadata
  const { labels } = old.metadata
  return { ...deployment, metadata: labels === undefined ? metadata : { ...metadata, labels } }
}

export const deployments = declare<Deployment>('deployments.apps', {
  subresources: ['scale', 'status'],
  // Deployments alone count a changed annotation: pkg/registry/apps/deployment/strategy.go.
  generationCounts: 'annotations',
  prepareCreate: (deployment) => ({
    ...deployment,
    spec: { ...deployment.spec, template: preparedTemplate(deployment.spec.template) },
  }),
  prepareUpdate,
  validate,
  validateUpdate: (deployment, old) => immutableSelector(deployment.spec.selector, old.spec.selector),
  validateStatus,
  warn: workloadWarnings,
  scale: scaleRules<Deployment>(),
})
