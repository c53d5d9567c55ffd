import type { Resource } from '../../../api/meta/object.ts'
import type { Pod } from '../../../api/schema/types.generated.ts'
import type { Index } from '../controller.ts'
import { isTerminal } from '../pod-state.ts'
import { type Amounts, plus, requestOf, scoredRequestOf } from './request.ts'

/** A port of the host that a Pod holds. */
export interface HostPort {
  readonly protocol: string
  readonly ip: string
  readonly port: number
}

/** What the Pods of one node take of it. */
export interface Use {
  readonly pods: number
  readonly requested: Amounts
  readonly scored: Amounts
  readonly ports: readonly HostPort[]
}

interface Share {
  readonly node: string
  readonly generation: number | undefined
  readonly requested: Amounts
  readonly scored: Amounts
  readonly ports: readonly HostPort[]
}

const EMPTY: Use = { pods: 0, requested: {}, scored: {}, ports: [] }

/**
 * What is taken of every node, kept up Pod by Pod, so that placing one costs the same however many there are: the
 * NodeInfo of kube-scheduler's cache. Pods count until they are gone or have ended.
 */
export class Allocations implements Index {
  readonly resource = 'pods'
  readonly #shares = new Map<string, Share>()
  readonly #uses = new Map<string, Use>()

  of(node: string): Use {
    return this.#uses.get(node) ?? EMPTY
  }

  apply(before: Resource | undefined, after: Resource | undefined): void {
    const pod = after as Pod | undefined // the index is told of Pods only
    const uid = (after ?? before)?.metadata.uid ?? ''
    const old = this.#shares.get(uid)
    const holds = pod !== undefined && pod.spec.nodeName !== undefined && pod.spec.nodeName !== '' && !isTerminal(pod)
    if (holds && old !== undefined && old.node === pod.spec.nodeName && old.generation === pod.metadata.generation)
      return
    if (old !== undefined) this.#release(uid, old)
    if (holds) this.#take(uid, pod, pod.spec.nodeName ?? '')
  }

  #take(uid: string, pod: Pod, node: string): void {
    const share: Share = {
      node,
      generation: pod.metadata.generation,
      requested: requestOf(pod),
      scored: scoredRequestOf(pod),
      ports: hostPortsOf(pod),
    }
    const use = this.of(node)
    this.#shares.set(uid, share)
    this.#uses.set(node, {
      pods: use.pods + 1,
      requested: plus(use.requested, share.requested),
      scored: plus(use.scored, share.scored),
      ports: [...use.ports, ...share.ports],
    })
  }

  #release(uid: string, share: Share): void {
    this.#shares.delete(uid)
    const use = this.of(share.node)
    const left = [...use.ports]
    for (const port of share.ports)
      left.splice(
        left.findIndex((other) => samePort(port, other)),
        1,
      )
    this.#uses.set(share.node, {
      pods: use.pods - 1,
      requested: plus(use.requested, negative(share.requested)),
      scored: plus(use.scored, negative(share.scored)),
      ports: left,
    })
  }
}

const negative = (amounts: Amounts): Amounts =>
  Object.fromEntries(Object.entries(amounts).map(([name, number]) => [name, -number]))

const samePort = (a: HostPort, b: HostPort): boolean => a.protocol === b.protocol && a.port === b.port && a.ip === b.ip

/** Ports that the Pod's containers want of the host, sidecars' too: util.GetHostPorts. */
export function hostPortsOf(pod: Pod): HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always')
  return [...pod.spec.containers, ...sidecars]
    .flatMap((container) => container.ports ?? [])
    .filter((port) => (port.hostPort ?? 0) > 0)
    .map((port) => ({ protocol: port.protocol ?? 'TCP', ip: port.hostIP || '0.0.0.0', port: port.hostPort ?? 0 }))
}

/** Same protocol and port, on the same address or where one of them takes all: HostPortInfo.CheckConflict. */
export const conflicts = (a: HostPort, b: HostPort): boolean =>
  a.protocol === b.protocol && a.port === b.port && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0')
