import { DurableObject } from 'cloudflare:workers'
import { StatusError } from '../api/meta/status-error.ts'
import { JOIN_PATH, NODE_PATH, WAKE_PATH } from '../api/wire.ts'
import { assemble, type Parts } from './assemble.ts'
import { whoIs } from './http/authentication.ts'
import { joinRequest } from './http/join.ts'
import { quotaEvent } from './http/quota.ts'
import { consoleLog, detailsOf, respondError } from './http/respond.ts'
import { WATCH_TAG } from './http/watch-state.ts'
import type { Env } from './index.ts'
import { acceptNode } from './nodes/accept.ts'
import { StoreTooNewError } from './store/migrate.ts'
import { DaySpentError } from './store/store.ts'

/** When the controllers are tried again after a turn that failed as a whole. */
const RETRY_MS = 30_000

/**
 * The Durable Object of one cluster. It holds the control plane's parts and owns the one clock: the alarm. Every event
 * ends with a turn of the controllers before its answer leaves.
 */
export class Cluster extends DurableObject<Env> {
  /** Or why this code may not open the store, in which case nothing is touched. */
  readonly #parts: Parts | StatusError
  /** Requests that are being answered. */
  #open = 0
  /** When the alarm is set for; null where it is not. */
  #alarm: number | null = null

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#parts = opened(ctx, env)
    void ctx.blockConcurrencyWhile(async () => {
      this.#alarm = await ctx.storage.getAlarm()
      this.#settle()
    })
  }

  override async fetch(request: Request): Promise<Response> {
    const began = this.#begin()
    try {
      return await this.#answer(request)
    } catch (error) {
      return respondError(error, request)
    } finally {
      this.#ended('request', began)
      if (this.#hasWork()) this.#settle()
    }
  }

  /** When the object began to work at something; undefined while it works already, for that time is counted. */
  #begin(): number | undefined {
    return this.#open++ === 0 ? Date.now() : undefined
  }

  #ended(kind: 'request' | 'message', began: number | undefined): void {
    this.#open--
    const now = Date.now()
    this.#guarded(({ governor }) => {
      governor.event(now, kind, began === undefined ? 0 : now - began)
      governor.keep(now)
    })
  }

  async #answer(request: Request): Promise<Response> {
    if (this.#parts instanceof StatusError) throw this.#parts
    const { api, app, nodes } = this.#parts
    const now = Date.now()
    switch (new URL(request.url).pathname) {
      case NODE_PATH: {
        const response = acceptNode(nodes, request, whoIs(api, request.headers, now), now)
        // Who was silent speaks again, and its next silence is to be waited for.
        this.#settle()
        return response
      }
      case WAKE_PATH:
        this.#settle()
        return new Response(null, { status: 204 })
      case JOIN_PATH:
        return joinRequest(api, nodes, request, now)
      default:
        return app.fetch(request)
    }
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    const began = this.#begin()
    this.#guarded(({ hub, nodes }) => {
      if (!this.#isWatch(socket)) nodes.message(socket, message, Date.now())
      else if (typeof message === 'string') hub.message(socket, message)
    })
    this.#ended('message', began)
    this.#settle()
  }

  override webSocketClose(socket: WebSocket): void {
    if (this.#isWatch(socket)) return
    this.#guarded(({ nodes }) => nodes.closed(socket, Date.now()))
    this.#settle()
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket)
  }

  override alarm(): void {
    this.#alarm = null
    this.#ended('request', this.#begin())
    this.#settle()
  }

  #isWatch(socket: WebSocket): boolean {
    return this.ctx.getTags(socket).includes(WATCH_TAG)
  }

  /** A request that changed nothing leaves the controllers alone, unless their alarm is overdue. */
  #hasWork(): boolean {
    if (this.#parts instanceof StatusError) return false
    return this.#parts.untold.some || (this.#alarm !== null && this.#alarm <= Date.now())
  }

  /** Ends an event: the controllers' turn, what clients and agents are told of it, and the next alarm. */
  #settle(): void {
    if (this.#parts instanceof StatusError) return
    const now = Date.now()
    let next: number | null = now + RETRY_MS
    this.#guarded((parts) => {
      next = controllersTurn(parts, now)
    })
    this.#guarded(({ hub }) => hub.flush())
    this.#guarded(({ nodes, untold }) => {
      if (untold.some) nodes.changed(untold.take())
    })
    this.#wakeAt(next)
    this.#guarded(({ governor }) => governor.keep(Date.now()))
  }

  /**
   * Setting the alarm writes a row, and the next time moves with every heartbeat: so it is only ever moved forward. One
   * that comes too early finds nothing to do and is set anew.
   */
  #wakeAt(next: number | null): void {
    if (next === null || (this.#alarm !== null && this.#alarm <= next)) return
    this.#alarm = next
    this.#guarded(({ governor }) => governor.wrote(1))
    // On a day that is spent no alarm can be set: then an agent's message or the edge at midnight wakes the object.
    this.ctx.storage.setAlarm(next).catch(() => {
      this.#alarm = null
    })
  }

  /** A fault of one part goes to the log, and does not keep the others (the alarm above all) from their work. */
  #guarded(work: (parts: Parts) => void): void {
    if (this.#parts instanceof StatusError) return
    try {
      work(this.#parts)
    } catch (error) {
      const isOldNews = error instanceof DaySpentError && !this.#parts.governor.refused(Date.now())
      if (isOldNews) return
      consoleLog({ level: 'error', message: 'a part of the control plane failed', details: detailsOf(error) })
    }
  }
}

/** The turn of the controllers, where the day's quota has one left; answers when the next one is to be. */
function controllersTurn({ driver, governor, api, recorder, dice }: Parts, now: number): number | null {
  const news = governor.news(now)
  if (news !== undefined) {
    const caller = { user: { name: 'system:podo-governor', groups: ['system:masters'] }, now, warnings: [], dice }
    api.store.transaction((tx) => recorder.recordAnyway(tx, caller, quotaEvent(news)))
  }
  const at = governor.nextTurn(now)
  if (at > now) return at
  governor.turned(now)
  return driver.turn(now) ?? null
}

function opened(ctx: DurableObjectState, env: Env): Parts | StatusError {
  try {
    return assemble(ctx, env)
  } catch (error) {
    if (error instanceof StoreTooNewError) return new StatusError('ServiceUnavailable', error.message)
    // A setting that is wrong: every request is told which.
    if (error instanceof StatusError) return error
    throw error
  }
}
