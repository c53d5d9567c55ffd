import {
  OLDEST_WIRE_VERSION,
  PING,
  PING_EVERY_MS,
  PONG,
  readFromControlPlane,
  WIRE_VERSION,
  WireError,
  write,
  type FromAgent,
  type FromControlPlane,
  type NodeStatement,
  type StreamOpen,
} from '../api/wire.ts'
import { backoff, HEALTHY_MS } from './backoff.ts'
import type { Clock } from './clock.ts'
import { after, heldOf, type Held } from './held.ts'
import type { Log } from './log.ts'
import type { Outbox } from './outbox.ts'

/** One connection to the control plane, as `dial.ts` makes it and tests imitate it. Callbacks come after the return. */
export interface Line {
  send(text: string): void
  /** Ends it at once; `closed` follows. */
  end(): void
}
export interface LineEvents {
  opened(): void
  message(text: string): void
  /** `status` is the HTTP status of an upgrade that was refused, `why` says what ended it. */
  closed(why: string, status?: number): void
}

export interface LinkOptions {
  readonly dial: (events: LineEvents) => Line
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly outbox: Outbox
  readonly identity: { readonly name: string; readonly machine: string; readonly agent: string }
  /** What this machine's Node should say, read at every hello. */
  readonly statement: () => NodeStatement
  /** What was read from the disk at boot. */
  readonly held: Held | undefined
  /** The desired state changed. */
  readonly desired: (held: Held) => void
  readonly stream: (open: StreamOpen) => void
  /** The control plane does not know this node (any more); `link` keeps asking slowly unless this makes it known. */
  readonly refused: (sentence: string) => void
  /** Milliseconds by which this machine's clock is ahead of the control plane's, once a link. */
  readonly skew?: (milliseconds: number) => void
}

/** Without a pong for so long a connection is dead: two missed ones and a little. */
const DEAD_MS = 25_000
/** A connection that does not get to its snapshot within this is given up. */
const GREETING_MS = 30_000
/** A clock that NTP keeps may go back by so much. */
const CLOCK_PLAY_MS = 5_000
/** A report that was not received is said again after so long. */
const AGAIN_MS = 45_000
/** So long what nobody waits for gathers, unless something urgent takes it along. */
const GATHERING_MS = 1_000

/**
 * The one connection of this agent:
 *
 *   waiting ──▶ dialling ──open──▶ greeting ──welcome, snapshot──▶ linked
 *      ▲            │                  │                             │
 *      └────────────┴──── closed ──────┴─────────────────────────────┘   waits longer each time, less after a healthy link
 */
type State =
  | { at: 'stopped' }
  | { at: 'waiting'; cancel: () => void }
  | {
      at: 'dialling' | 'greeting' | 'linked'
      line: Line
      since: number
      heard: number
      cancel: () => void
      refusal?: string
    }

export class Link {
  readonly #options: LinkOptions
  #state: State = { at: 'stopped' }
  #held: Held | undefined
  #attempt = 0
  #again: (() => void) | undefined
  #flushing: { at: number; cancel: () => void } | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.#held = options.held
  }

  start(): void {
    if (this.#state.at === 'stopped') this.#dial()
  }

  stop(): void {
    const state = this.#state
    this.#state = { at: 'stopped' }
    this.#flushing?.cancel()
    this.#again?.()
    if (state.at === 'stopped') return
    state.cancel()
    if (state.at !== 'waiting') state.line.end()
  }

  /** Dials now instead of waiting: there is reason to hope. */
  again(): void {
    if (this.#state.at !== 'waiting') return
    this.#state.cancel()
    this.#attempt = 0
    this.#dial()
  }

  get linked(): boolean {
    return this.#state.at === 'linked'
  }

  /** Something was put into the outbox. */
  flush(): void {
    if (this.#state.at !== 'linked') return
    const { clock, outbox } = this.#options
    const wait = outbox.isUrgent ? 0 : GATHERING_MS
    const at = clock.now() + wait
    if (this.#flushing !== undefined && this.#flushing.at <= at) return
    this.#flushing?.cancel()
    // Not before this turn is over: several statuses of it go together.
    const cancel = clock.after(wait, () => {
      this.#flushing = undefined
      const report = this.#state.at === 'linked' ? outbox.next() : undefined
      if (report === undefined) return
      this.#send(report)
      this.#unlessReceived(report.id)
    })
    this.#flushing = { at, cancel }
  }

  /**
   * A control plane that cannot write (its day's quota is spent) receives nothing and asks for nothing. Saying it again
   * is also what wakes it when the next day has begun.
   */
  #unlessReceived(id: number): void {
    const { clock, outbox } = this.#options
    this.#again?.()
    this.#again = clock.after(AGAIN_MS, () => {
      this.#again = undefined
      if (this.#state.at !== 'linked' || !outbox.isUnderway(id)) return
      outbox.linked()
      this.flush()
    })
  }

  /** The Node's facts changed. */
  state(node: NodeStatement): void {
    if (this.#state.at === 'linked') this.#send({ type: 'node', node })
  }

  #dial(): void {
    const { clock, dial } = this.#options
    const since = clock.now()
    // Events of a line that is no longer ours are nobody's.
    const mine = (): boolean => 'line' in this.#state && this.#state.line === line
    const line = dial({
      opened: () => mine() && this.#opened(),
      message: (text) => mine() && this.#message(text),
      closed: (why, status) => mine() && this.#closed(why, status),
    })
    const cancel = clock.after(GREETING_MS, () => this.#end('the control plane does not answer'))
    this.#state = { at: 'dialling', line, since, heard: since, cancel }
  }

  #opened(): void {
    if (this.#state.at !== 'dialling') return
    this.#state = { ...this.#state, at: 'greeting', heard: this.#options.clock.now() }
    const { identity, statement } = this.#options
    this.#send({
      type: 'hello',
      version: WIRE_VERSION,
      oldest: OLDEST_WIRE_VERSION,
      ...identity,
      revision: this.#held?.desired.revision ?? 0,
      now: this.#options.clock.now(),
      node: statement(),
    })
  }

  #message(text: string): void {
    if (!('line' in this.#state)) return
    this.#state.heard = this.#options.clock.now()
    if (text === PONG) return
    try {
      this.#take(readFromControlPlane(text))
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#end(`the control plane sent a ${error.message}`)
    }
  }

  #take(message: FromControlPlane): void {
    switch (message.type) {
      case 'welcome':
        this.#options.skew?.(this.#options.clock.now() - message.now)
        return
      case 'refused':
        this.#refuse(message.reason, message.message)
        return
      case 'snapshot':
        this.#hold(heldOf(message))
        this.#linked()
        return
      case 'delta': {
        const held = after(this.#held, message)
        if (held === undefined) this.#send({ type: 'resync' })
        else this.#hold(held)
        return
      }
      case 'received':
        this.#options.outbox.received(message.id)
        this.flush()
        return
      case 'stream.open':
        this.#options.stream(message)
        return
      default:
        message satisfies never
    }
  }

  #linked(): void {
    const state = this.#state
    if (state.at !== 'greeting') return
    state.cancel()
    this.#options.log('info', 'linked to the control plane')
    this.#state = { ...state, at: 'linked', cancel: () => undefined }
    this.#beat()
    this.#options.outbox.linked()
    this.flush()
  }

  #beat(): void {
    const state = this.#state
    if (state.at !== 'linked') return
    const { clock } = this.#options
    const now = clock.now()
    if (now - state.heard >= DEAD_MS) return this.#end('the control plane fell silent')
    // By such a clock no silence would be seen, and the control plane goes by what the hello said of it.
    if (now < state.heard - CLOCK_PLAY_MS) return this.#end('this machine’s clock was set back')
    state.line.send(PING)
    state.cancel = clock.after(PING_EVERY_MS, () => this.#beat())
  }

  #hold(held: Held): void {
    this.#held = held
    const pods = new Set(held.desired.pods.map((pod) => pod.metadata.uid))
    this.#options.outbox.keepOnly(pods)
    this.#options.desired(held)
    this.#send({ type: 'ack', revision: held.desired.revision })
  }

  #refuse(reason: string, message: string): void {
    if (!('line' in this.#state)) return
    this.#state.refusal = message
    if (reason === 'NodeGone') this.#options.refused(message)
  }

  /** Gives up a connection ourselves; a dead one would not tell. */
  #end(why: string): void {
    if (!('line' in this.#state)) return
    const { line } = this.#state
    this.#closed(why)
    line.end()
  }

  #closed(why: string, status?: number): void {
    const state = this.#state
    if (!('line' in state)) return
    const { clock, log, random } = this.#options
    state.cancel()
    this.#flushing?.cancel()
    this.#flushing = undefined
    const unknown = status === 401 || status === 403
    const refusal = state.refusal ?? (unknown ? 'the control plane does not know this node’s credential' : undefined)
    if (state.at === 'linked' && clock.now() - state.since >= HEALTHY_MS) this.#attempt = 0
    const wait = backoff(this.#attempt, random(), refusal !== undefined)
    this.#attempt += 1
    log(refusal === undefined ? 'info' : 'warn', refusal ?? `no link: ${why}`, {
      againIn: `${Math.round(wait / 100) / 10} s`,
    })
    this.#state = { at: 'waiting', cancel: clock.after(wait, () => this.#dial()) }
    if (unknown && refusal !== undefined) this.#options.refused(refusal)
  }

  #send(message: FromAgent): void {
    if ('line' in this.#state) this.#state.line.send(write(message))
  }
}
