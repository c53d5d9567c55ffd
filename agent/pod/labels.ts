import type { Container, Pod } from '../../api/schema/types.generated.ts'

/**
 * The labels on containers: all that the agent remembers of what runs. A started agent reads them and goes on as if it
 * had never been away. The runtime itself adds `podo.node`.
 */
export const LABEL = {
  uid: 'podo.uid',
  namespace: 'podo.namespace',
  pod: 'podo.pod',
  /** `sandbox`, `init` or `app`. */
  kind: 'podo.kind',
  /** Name in the Pod's spec. */
  container: 'podo.container',
  /** Counts up from 0 with each instance of the container: its restartCount. */
  attempt: 'podo.attempt',
  /** Attempt of the sandbox that the container joined. */
  sandbox: 'podo.sandbox',
  /** The image as the spec named it: kubelet restarts a container only when its name or image changes. */
  image: 'podo.image',
  /** Seconds to wait after this instance has died. */
  backoff: 'podo.backoff',
  /** terminationGracePeriodSeconds, for a Pod whose object is gone. */
  grace: 'podo.grace',
  /** Of a sandbox: the Pod's IPv4 address. */
  address: 'podo.address',
  /** Of a sandbox: when this node accepted the Pod, in milliseconds since the epoch. */
  accepted: 'podo.accepted',
  /** terminationMessagePath's file on the machine, where there is one. */
  message: 'podo.message',
  /** terminationMessagePolicy is FallbackToLogsOnError. */
  fallback: 'podo.fallback',
} as const

export type ContainerKind = 'init' | 'app'

/** What all containers of a Pod say. */
export function podLabels(pod: Pod): Record<string, string> {
  return {
    [LABEL.uid]: pod.metadata.uid,
    [LABEL.namespace]: pod.metadata.namespace ?? '',
    [LABEL.pod]: pod.metadata.name,
    [LABEL.grace]: String(graceOf(pod)),
  }
}

export interface SandboxLabels {
  attempt: number
  address: string
  /** Milliseconds since the epoch. */
  accepted: number
}

export function sandboxLabels(pod: Pod, { attempt, address, accepted }: SandboxLabels): Record<string, string> {
  return {
    ...podLabels(pod),
    [LABEL.kind]: 'sandbox',
    [LABEL.attempt]: String(attempt),
    [LABEL.address]: address,
    [LABEL.accepted]: String(accepted),
  }
}

export interface InstanceLabels {
  kind: ContainerKind
  attempt: number
  sandbox: number
  backoff: number
  /** Path on the machine of the file for its termination message. */
  message: string
}

export function containerLabels(pod: Pod, container: Container, labels: InstanceLabels): Record<string, string> {
  return {
    ...podLabels(pod),
    [LABEL.kind]: labels.kind,
    [LABEL.container]: container.name,
    [LABEL.attempt]: String(labels.attempt),
    [LABEL.sandbox]: String(labels.sandbox),
    [LABEL.image]: container.image ?? '',
    [LABEL.backoff]: String(labels.backoff),
    [LABEL.message]: labels.message,
    ...(container.terminationMessagePolicy === 'FallbackToLogsOnError' ? { [LABEL.fallback]: '1' } : {}),
  }
}

export const graceOf = (pod: Pod): number => pod.spec.terminationGracePeriodSeconds ?? 30

/**
 * Name of a container on the machine. Docker takes `[a-zA-Z0-9_.-]`, and every name of a Pod fits; the node's name keeps
 * agents that share a Docker apart. Model: dockershim's `k8s_<container>_<pod>_<namespace>_<uid>_<attempt>`.
 */
export function runtimeName(node: string, pod: Pod, container: string, attempt: number): string {
  const { name, namespace = '', uid } = pod.metadata
  return `podo_${node}_${container}_${name}_${namespace}_${uid}_${attempt}`
}

/** A Pod known only by its containers: its object is gone. Enough to end it gracefully. */
export function podOfLabels(all: readonly Record<string, string>[]): Pod | undefined {
  const labels = all[0]
  const uid = labels?.[LABEL.uid]
  if (labels === undefined || uid === undefined) return undefined
  const named = (kind: ContainerKind): Container[] => {
    const names = all.filter((each) => each[LABEL.kind] === kind).map((each) => each[LABEL.container] ?? '')
    return [...new Set(names)].sort().map((name) => ({ name, resources: {} }))
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: labels[LABEL.pod] ?? '',
      namespace: labels[LABEL.namespace] ?? '',
      uid,
      resourceVersion: '0',
      creationTimestamp: '1970-01-01T00:00:00Z',
    },
    spec: {
      containers: named('app'),
      initContainers: named('init'),
      terminationGracePeriodSeconds: Number(labels[LABEL.grace] ?? 30),
    },
    status: {},
  }
}
