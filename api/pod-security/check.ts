import type { ObjectMeta } from '../meta/object.ts'
import type {
  Container,
  EphemeralContainer,
  PodSecurityContext,
  PodSpec,
  SecurityContext,
} from '../schema/types.generated.ts'

export type AnyContainer = Container | EphemeralContainer
/** What is looked at: a Pod, or the template of what makes Pods. */
export interface PodLike {
  readonly metadata: Pick<ObjectMeta, 'annotations'>
  readonly spec: PodSpec
}

/** Why a check forbids a Pod: `hostPort (container "c" uses hostPort 80)`. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}
export type Look = (pod: PodLike) => Violation | undefined

/** One check of k8s.io/pod-security-admission/policy, with its revisions by the minor from which they hold. */
export interface Check {
  readonly id: string
  readonly level: 'baseline' | 'restricted'
  readonly versions: Readonly<Record<number, Look>>
  /** The baseline check that is not asked where this one is. */
  readonly instead?: string
}

/** In the order of visitContainers: init, regular, ephemeral. */
export const containersOf = ({ spec }: PodLike): AnyContainer[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...(spec.ephemeralContainers ?? []),
]

export const quoted = (items: Iterable<string>): string => [...items].map((item) => `"${item}"`).join(', ')
export const sorted = (items: Iterable<string>): string[] => [...new Set(items)].sort()
export const plural = (one: string, many: string, count: number): string => (count === 1 ? one : many)

/** `container "a"`, `containers "a", "b"`. */
export const named = (containers: readonly AnyContainer[]): string =>
  `${plural('container', 'containers', containers.length)} ${quoted(containers.map(({ name }) => name))}`

/** Who says something wrong: `pod and container "c"`; '' where nobody does. */
export function settersOf(pod: PodLike, wrong: (context: SecurityContext | PodSecurityContext) => boolean): string {
  const bad = containersOf(pod).filter(({ securityContext }) => securityContext !== undefined && wrong(securityContext))
  const setters: string[] = []
  if (pod.spec.securityContext !== undefined && wrong(pod.spec.securityContext)) setters.push('pod')
  if (bad.length > 0) setters.push(named(bad))
  return setters.join(' and ')
}

/** A Pod that says it runs on Windows has no Linux security context to judge. */
export const unlessWindows =
  (look: Look): Look =>
  (pod) =>
    pod.spec.os?.name === 'windows' ? undefined : look(pod)

/** Who runs in a user namespace is nobody outside of it. */
export const unlessUserNamespace =
  (look: Look): Look =>
  (pod) =>
    pod.spec.hostUsers === false ? undefined : look(pod)
