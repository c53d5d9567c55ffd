import { badRequest, forbidden } from '../../api/meta/failures.ts'
import { PING, PONG } from '../../api/wire.ts'
import type { Caller } from '../registry/registry.ts'
import type { Nodes } from './nodes.ts'
import { NODE_USER } from './registration.ts'

/** Lets the runtime answer heartbeats by itself: they cost nothing and wake nobody. Once for each construction. */
export function answerHeartbeats(context: DurableObjectState): void {
  context.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG))
}

/** `GET /podo/node` with an upgrade: the control socket of the agent that `user` is. Throws 400 and 403. */
export function acceptNode(nodes: Nodes<WebSocket>, request: Request, user: Caller['user'], now: number): Response {
  if (!user.name.startsWith(NODE_USER)) throw forbidden('nodes', '', `${JSON.stringify(user.name)} is no node`)
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') throw badRequest('Upgrade request required')
  const { 0: client, 1: server } = new WebSocketPair()
  nodes.opened(server, user.name.slice(NODE_USER.length), now)
  return new Response(null, { status: 101, webSocket: client })
}
