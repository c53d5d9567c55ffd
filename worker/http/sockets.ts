import type { Sockets } from './hub.ts'

/** The watches' sockets of a Durable Object: hibernatable, found again by their tags. */
export const durableSockets = (ctx: DurableObjectState): Sockets => ({
  tagged: (tag) => ctx.getWebSockets(tag),
  accept(tags, attachment, headers) {
    const { 0: client, 1: server } = new WebSocketPair()
    ctx.acceptWebSocket(server, tags)
    server.serializeAttachment(attachment)
    return { socket: server, response: new Response(null, { status: 101, webSocket: client, headers }) }
  },
})
