/** The part of a hibernatable WebSocket that the nodes need (https://developers.cloudflare.com/durable-objects/best-practices/websockets/). */
export interface NodeSocket {
  /** 1 while messages can be sent. */
  readonly readyState: number
  send(message: string): void
  close(code?: number, reason?: string): void
  serializeAttachment(attachment: unknown): void
  deserializeAttachment(): unknown
}

/** The part of `DurableObjectState` that holds them across hibernation. */
export interface SocketHost<S extends NodeSocket = NodeSocket> {
  acceptWebSocket(socket: S, tags: string[]): void
  getWebSockets(tag?: string): S[]
  /** When the runtime last answered a ping of this socket by itself; null where it never did. */
  getWebSocketAutoResponseTimestamp(socket: S): Date | null
}

export const OPEN = 1

/** Tag of every control socket, and of those of one node. */
export const NODE_TAG = 'node'
export const tagOf = (node: string): string => `node:${node}`

/**
 * What a control socket is, kept with the socket so that it survives hibernation:
 *
 *   new ──hello──▶ linked ──refused, or another socket of the node──▶ ended
 */
export type Attachment =
  | { state: 'new'; node: string; since: number }
  | {
      state: 'linked'
      node: string
      since: number
      uid: string
      version: number
      sent: number
      /** Milliseconds by which the machine's clock is ahead, where it is off. */
      skew?: number
    }
  | { state: 'ended'; node: string; since: number }

/** Only `attach` writes attachments of sockets with our tag. */
export const attachmentOf = (socket: NodeSocket): Attachment => socket.deserializeAttachment() as Attachment
export const attach = (socket: NodeSocket, attachment: Attachment): void => socket.serializeAttachment(attachment)
