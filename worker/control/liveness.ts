/**
 * When the machines were last heard: the seam between the nodes' sockets (worker/nodes) and the node lifecycle.
 *
 * What it says must survive an eviction of the object, or a silent node would be forgiven at every wake:
 * - `lastHeard`: the last message or automatic pong on the node's open socket; without one, when its socket closed;
 *   undefined where the node was not heard since `startedAt`.
 * - `startedAt`: when this cluster last lost all its sockets at once (first start, restart of workerd, deploy). A mere
 *   eviction keeps hibernated sockets and must not move it. Nobody is judged by a silence that began before it.
 *
 * All in milliseconds since the epoch.
 */
export interface Liveness {
  lastHeard(node: string): number | undefined
  readonly startedAt: number
}
