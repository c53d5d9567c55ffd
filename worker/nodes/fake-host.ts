import type { NodeSocket, SocketHost } from './socket.ts'

/** A socket whose other end is the test. */
export class FakeSocket implements NodeSocket {
  readyState = 1
  sent: string[] = []
  closed: { code: number | undefined; reason: string | undefined } | undefined
  #attachment: unknown
  send(message: string): void {
    this.sent.push(message)
  }
  close(code?: number, reason?: string): void {
    this.readyState = 2
    this.closed = { code, reason }
  }
  serializeAttachment(attachment: unknown): void {
    this.#attachment = structuredClone(attachment)
  }
  deserializeAttachment(): unknown {
    return structuredClone(this.#attachment)
  }
  /** What was sent, parsed, from the given index on. */
  said(from = 0): { type: string; [field: string]: unknown }[] {
    return this.sent.slice(from).map((text) => JSON.parse(text) as { type: string }) // the protocol's messages
  }
}

/** Keeps sockets as a Durable Object does: they outlive whoever uses them. */
export class FakeHost implements SocketHost<FakeSocket> {
  #sockets: { socket: FakeSocket; tags: string[] }[] = []
  readonly pongs = new Map<FakeSocket, number>()
  acceptWebSocket(socket: FakeSocket, tags: string[]): void {
    this.#sockets.push({ socket, tags })
  }
  getWebSockets(tag?: string): FakeSocket[] {
    return this.#sockets.filter(({ tags }) => tag === undefined || tags.includes(tag)).map(({ socket }) => socket)
  }
  getWebSocketAutoResponseTimestamp(socket: FakeSocket): Date | null {
    const at = this.pongs.get(socket)
    return at === undefined ? null : new Date(at)
  }
  /** A restart of the object: every socket is gone and nobody is told. */
  lose(): void {
    this.#sockets = []
  }
}
