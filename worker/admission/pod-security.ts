import type { PodLike } from '../../api/pod-security/check.ts'
import { detailsOf, reasonsOf, violations } from '../../api/pod-security/evaluate.ts'
import {
  isOpen,
  isSame,
  isStricter,
  type LevelVersion,
  type Policy,
  policyOf,
  PRIVILEGED,
  textOf,
} from '../../api/pod-security/policy.ts'
import { invalid } from '../../api/meta/failures.ts'
import { controllerOf, type Resource } from '../../api/meta/object.ts'
import type { AnyContainer } from '../../api/kinds/pod/visit.ts'
import type { CronJob, Deployment, Pod, PodTemplate, PodTemplateSpec } from '../../api/schema/types.generated.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'

/** PodSecurityConfiguration: what holds without labels, and who is never asked. */
export interface PodSecurity {
  readonly defaults: Policy
  readonly exemptions: {
    readonly usernames: readonly string[]
    readonly runtimeClasses: readonly string[]
    readonly namespaces: readonly string[]
  }
}
export const UNEXEMPTED: PodSecurity = {
  defaults: PRIVILEGED,
  exemptions: { usernames: [], runtimeClasses: [], namespaces: [] },
}

/** What makes Pods is warned of what its Pods would violate; its Pods are refused. */
const TEMPLATES: Readonly<Record<string, (object: Resource) => PodTemplateSpec | undefined>> = {
  podtemplates: (object) => (object as PodTemplate).template, // by the resource
  replicationcontrollers: templateOf,
  'replicasets.apps': templateOf,
  'deployments.apps': templateOf,
  'statefulsets.apps': templateOf,
  'daemonsets.apps': templateOf,
  'jobs.batch': templateOf,
  'cronjobs.batch': (object) => (object as CronJob).spec.jobTemplate.spec?.template, // by the resource
}
function templateOf(object: Resource): PodTemplateSpec | undefined {
  return (object as Deployment).spec.template // all of them have it there
}

const IGNORED: ReadonlySet<string> = new Set([
  'exec',
  'attach',
  'binding',
  'eviction',
  'log',
  'portforward',
  'proxy',
  'status',
])

type Writing = Attributes & { readonly object: Resource }

/**
 * Pods keep to the level that their namespace's labels say: k8s.io/pod-security-admission/admission.
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export function podSecurity(configuration: PodSecurity = UNEXEMPTED): Plugin {
  const { exemptions } = configuration
  return {
    name: 'PodSecurity',
    of: ['pods', 'namespaces', ...Object.keys(TEMPLATES)],
    validate(attributes, tx) {
      if (attributes.operation !== 'CREATE' && attributes.operation !== 'UPDATE') return
      const { kind, namespace, subresource, caller } = attributes
      if (kind.resource === 'namespaces') {
        if (subresource === '') ofNamespace(attributes, configuration, tx)
        return
      }
      const isPod = kind.resource === 'pods'
      if (isPod ? IGNORED.has(subresource) : subresource !== '') return
      if (exemptions.namespaces.includes(namespace) || exemptions.usernames.includes(caller.user.name)) return
      const labels = tx.get({ resource: 'namespaces', namespace: '', name: namespace })?.object.metadata.labels ?? {}
      const { policy } = policyOf(labels, configuration.defaults)
      if (isOpen(policy)) return
      if (isPod && attributes.operation === 'UPDATE' && !isSignificant(attributes)) return
      const pod = isPod ? (attributes.object as Pod) : TEMPLATES[kind.resource]?.(attributes.object) // by the resource
      if (pod?.spec === undefined || exemptions.runtimeClasses.includes(pod.spec.runtimeClassName ?? '')) return
      evaluate({ metadata: pod.metadata ?? {}, spec: pod.spec }, policy, isPod, attributes)
    },
  }
}

function evaluate(pod: PodLike, { enforce, audit, warn }: Policy, enforced: boolean, attributes: Writing): void {
  const { caller } = attributes
  const found = enforced ? violations(pod, enforce) : []
  const wouldViolate = (level: LevelVersion): string => {
    const broken = enforced && isSame(level, enforce) ? found : violations(pod, level)
    return broken.length === 0 ? '' : `would violate PodSecurity "${textOf(level)}": ${detailsOf(broken)}`
  }
  const { notes = {} } = caller
  if (enforced) notes['pod-security.kubernetes.io/enforce-policy'] = textOf(enforce)
  const audited = wouldViolate(audit)
  if (audited !== '') notes['pod-security.kubernetes.io/audit-violations'] = audited
  if (found.length > 0) throw forbid(attributes, `violates PodSecurity "${textOf(enforce)}": ${detailsOf(found)}`)
  const warning = wouldViolate(warn)
  if (warning !== '') caller.warnings.push(warning)
}

/** Of what may change in a Pod only images, and containers that come, can break a rule. */
function isSignificant({ object, old }: Attributes & { readonly operation: 'UPDATE' }): boolean {
  const [now, before] = [(object as Pod).spec, (old as Pod).spec] // asked for Pods only
  const lists = ['containers', 'initContainers'] as const
  const changed = lists.some((list) => {
    const [a, b]: [readonly AnyContainer[], readonly AnyContainer[]] = [now[list] ?? [], before[list] ?? []]
    return a.length !== b.length || a.some(({ image }, i) => image !== b[i]?.image)
  })
  return (
    changed ||
    (now.ephemeralContainers ?? []).some(
      ({ name, image }) => before.ephemeralContainers?.find((of) => of.name === name)?.image !== image,
    )
  )
}

function ofNamespace(attributes: Writing, configuration: PodSecurity, tx: Tx): void {
  const { kind, name, object, caller } = attributes
  const { defaults, exemptions } = configuration
  const labels = object.metadata.labels ?? {}
  const { policy, errors } = policyOf(labels, defaults)
  const before =
    attributes.operation === 'UPDATE' ? policyOf(attributes.old.metadata.labels ?? {}, defaults) : undefined
  // What was wrong already may stay so.
  if (errors.length > 0 && JSON.stringify(errors) !== JSON.stringify(before?.errors ?? [])) {
    throw invalid(kind, name, errors)
  }
  if (before !== undefined && !tightens(before.policy.enforce, policy.enforce)) return
  if (exemptions.namespaces.includes(name)) {
    const warning = exemptWarning(name, policy, labels, defaults)
    if (warning !== undefined) caller.warnings.push(warning)
    return
  }
  if (before !== undefined) caller.warnings.push(...ofExisting(name, policy.enforce, configuration, tx))
}

const tightens = (before: LevelVersion, after: LevelVersion): boolean =>
  !isSame(before, after) &&
  after.level !== 'privileged' &&
  (before.version !== after.version || isStricter(after.level, before.level))

function exemptWarning(
  name: string,
  policy: Policy,
  labels: Readonly<Record<string, string>>,
  defaults: Policy,
): string | undefined {
  const modes = ['enforce', 'audit', 'warn'] as const
  const alike = (a: LevelVersion, b: LevelVersion): boolean =>
    isSame(a, b) || (a.level === 'privileged' && b.level === 'privileged')
  if (isOpen(policy) || modes.every((mode) => alike(policy[mode], defaults[mode]))) return undefined
  const said = modes.filter((mode) => {
    const label = `pod-security.kubernetes.io/${mode}`
    return policy[mode].level !== 'privileged' && (label in labels || `${label}-version` in labels)
  })
  const text = said.map((mode) => `${mode}=${textOf(policy[mode])}`).join(', ')
  return `namespace "${name}" is exempt from Pod Security, and the policy (${text}) will be ignored`
}

/** defaultNamespaceMaxPodsToCheck. */
const MOST = 3000

/** EvaluatePodsInNamespace: Pods that are alike are told together, under the name of the first. */
function ofExisting(namespace: string, enforce: LevelVersion, { exemptions }: PodSecurity, tx: Tx): string[] {
  const pods = tx
    .list({ resource: 'pods', namespace })
    .map((row) => row.object as Pod) // by the resource
    .filter(({ spec }) => !exemptions.runtimeClasses.includes(spec.runtimeClassName ?? ''))
  const looked = oneOfEachFirst(pods).slice(0, MOST)
  const names = new Map<string, string[]>()
  for (const pod of looked) {
    const reasons = reasonsOf(violations(pod, enforce))
    if (reasons !== '') names.set(reasons, [...(names.get(reasons) ?? []), pod.metadata.name])
  }
  const told = [...names].map(([reasons, of]) => {
    const others = of.length - 1
    const more = others === 0 ? '' : ` (and ${others} other ${others === 1 ? 'pod' : 'pods'})`
    return `${of.toSorted()[0]}${more}: ${reasons}`
  })
  const head = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${textOf(enforce)}"`
  const part = `new PodSecurity enforce level only checked against the first ${looked.length} of ${pods.length} existing pods`
  return [...(looked.length < pods.length ? [part] : []), ...(told.length === 0 ? [] : [head]), ...told.sort()]
}

/** Of each controller one Pod, before its others. */
function oneOfEachFirst(pods: readonly Pod[]): Pod[] {
  const met = new Set<string>()
  const [first, others]: [Pod[], Pod[]] = [[], []]
  for (const pod of pods) {
    const owner = controllerOf(pod)?.uid
    if (owner !== undefined && met.has(owner)) others.push(pod)
    else first.push(pod)
    if (owner !== undefined) met.add(owner)
  }
  return [...first, ...others]
}
