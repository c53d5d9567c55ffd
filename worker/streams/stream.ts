import { DurableObject } from 'cloudflare:workers'
import { badRequest, forbidden, tooManyRequests } from '../../api/meta/failures.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { CHANNEL } from '../../api/stream.ts'
import { STREAMS_PATH } from '../../api/wire.ts'
import { hasRoom, note } from './budget.ts'
import { chooseProtocol, PROTOCOLS } from './channels.ts'
import { execWanted } from './options.ts'
import { Session, type ClientState, type Leg } from './session.ts'

/** How long the client waits for the agent to dial. */
const AGENT_MS = 15_000

type LegName = 'client' | 'agent'

/**
 * One session, named by its ticket. Both ends' sockets hibernate and carry all that is known; nothing is on the disk, and
 * when both are closed nothing is left. Each end is taken once.
 */
export class Stream extends DurableObject {
  readonly #session: Session
  #waiting: ReturnType<typeof setTimeout> | undefined

  constructor(context: DurableObjectState, env: unknown) {
    super(context, env as never) // this class reads no bindings
    this.#session = new Session({ client: () => this.#leg('client'), agent: () => this.#leg('agent') })
  }

  override async fetch(request: Request): Promise<Response> {
    try {
      const url = new URL(request.url)
      return url.pathname.startsWith(STREAMS_PATH) ? this.#agentArrives(request) : this.#clientArrives(request, url)
    } catch (error) {
      if (error instanceof StatusError) return Response.json(error.toStatus(), { status: error.code })
      throw error
    }
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    if (this.#nameOf(socket) === 'agent') this.#session.fromAgent(asLeg(socket), message)
    else {
      const hold = this.#session.fromClient(asLeg(socket), message)
      this.#note()
      // Nothing else is delivered meanwhile, so the runtime stops reading and the client's own writes begin to wait.
      if (hold > 0) await this.ctx.blockConcurrencyWhile(() => scheduler.wait(hold))
    }
    this.#note()
  }

  override webSocketClose(socket: WebSocket): void {
    this.#gone(socket)
  }

  override webSocketError(socket: WebSocket): void {
    this.#gone(socket)
  }

  #gone(socket: WebSocket): void {
    if (this.#nameOf(socket) === 'client') this.#session.clientGone()
    else this.#session.agentGone()
    note(this.#id, 0)
  }

  #clientArrives(request: Request, url: URL): Response {
    if (!hasRoom()) throw tooManyRequests('too many sessions wait for slow readers: try again later', 5)
    const exec = url.pathname.endsWith('/exec')
    const protocol = exec ? chooseProtocol(request.headers.get('sec-websocket-protocol')) : undefined
    if (exec && protocol === undefined) {
      throw forbidden(
        'pods',
        '',
        `the client’s WebSocket protocols are not served; those that are: ${PROTOCOLS.join(', ')}`,
      )
    }
    const { stdout, stderr } = execWanted(url.searchParams)
    const first = stdout ? CHANNEL.stdout : stderr ? CHANNEL.stderr : CHANNEL.error
    const state: ClientState = protocol === undefined ? { kind: 'logs' } : { kind: 'exec', protocol, first }
    const response = this.#accept(request, 'client', state, protocol)
    // This pins the object, but only until an agent that is there has answered.
    if (this.#leg('agent') === undefined) this.#waiting = setTimeout(() => this.#session.agentMissing(), AGENT_MS)
    return response
  }

  #agentArrives(request: Request): Response {
    const response = this.#accept(request, 'agent', { owed: 0, unread: 0 })
    clearTimeout(this.#waiting)
    return response
  }

  #accept(request: Request, name: LegName, state: unknown, protocol?: string): Response {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') throw badRequest('Upgrade request required')
    if (this.ctx.getWebSockets(name).length > 0) throw forbidden('pods', '', 'this stream is taken')
    const { 0: theirs, 1: ours } = new WebSocketPair()
    this.ctx.acceptWebSocket(ours, [name])
    ours.serializeAttachment(state)
    this.#session.arrived()
    const headers = protocol === undefined ? {} : { 'sec-websocket-protocol': protocol }
    return new Response(null, { status: 101, webSocket: theirs, headers })
  }

  get #id(): string {
    return this.ctx.id.toString()
  }

  #note(): void {
    note(this.#id, this.#session.inFlight)
  }

  #nameOf(socket: WebSocket): LegName {
    return this.ctx.getTags(socket).includes('client') ? 'client' : 'agent'
  }

  #leg(name: LegName): Leg | undefined {
    const socket = this.ctx.getWebSockets(name).find((one) => one.readyState === WebSocket.OPEN)
    return socket === undefined ? undefined : asLeg(socket)
  }
}

/**
 * A runtime before 2026-11-17 does not count what a socket has buffered; sessions work there without back-pressure
 * towards the client, which is what the Workers test pool runs on.
 */
function asLeg(socket: WebSocket): Leg {
  return {
    get readyState() {
      return socket.readyState
    },
    get bufferedAmount() {
      return (socket as WebSocket & { bufferedAmount?: number }).bufferedAmount ?? 0
    },
    send: (data) => socket.send(data),
    close: (code, reason) => socket.close(code, reason),
    serializeAttachment: (attachment) => socket.serializeAttachment(attachment),
    deserializeAttachment: () => socket.deserializeAttachment(),
  }
}
