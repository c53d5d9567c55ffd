import type { Readable } from 'node:stream'
import {
  CHANNEL,
  exitStatus,
  failureStatus,
  LONGEST_FRAME,
  onChannel,
  readFrame,
  writeFrame,
  type StreamFrame,
} from '../api/stream.ts'
import type { ExecWanted, LogsWanted, StreamOpen } from '../api/wire.ts'
import type { Clock } from './clock.ts'
import { Credit } from './credit.ts'
import type { Log } from './log.ts'
import type { Found } from './pods.ts'
import type { ExecSession, LogOptions, Runtime } from './runtime/runtime.ts'
import { pump } from './stream-pump.ts'

/** The socket of one session, as `dial.ts` makes it and tests imitate it. */
export interface StreamLine {
  send(data: string | Uint8Array): void
  close(): void
}
export interface StreamLineEvents {
  message(data: string | Buffer): void
  closed(): void
}

export interface StreamsOptions {
  readonly runtime: Pick<Runtime, 'exec' | 'logs'>
  readonly find: (pod: StreamOpen['pod'], container: string, previous: boolean) => Found
  readonly dial: (ticket: string, events: StreamLineEvents) => StreamLine
  readonly clock: Clock
  readonly log: Log
}

/** kubelet's streamingConnectionIdleTimeout: a session in which nothing moves for so long is ended. */
const IDLE_MS = 4 * 3_600_000
/** How long a session waits for the other end before it is given up. */
const BEGIN_MS = 30_000
/** How often a writer without credit says so: first soon, then once a second. */
const ASK_MS = [20, 50, 100, 250, 500, 1_000] as const
/** Sessions at once; each may hold a window of output. */
const MOST_SESSIONS = 64

/** Answers `stream.open`: dials the ticket and joins the log or the process to it. Nothing is left when either side goes. */
export function makeStreams(options: StreamsOptions): { open(wanted: StreamOpen): void; stop(): void } {
  const sessions = new Set<StreamSession>()
  return {
    open(wanted) {
      const session = new StreamSession(options, wanted, sessions.size >= MOST_SESSIONS, () => sessions.delete(session))
      sessions.add(session)
    },
    stop() {
      for (const session of sessions) session.end()
    },
  }
}

class StreamSession {
  readonly #options: StreamsOptions
  readonly #wanted: StreamOpen
  readonly #full: boolean
  readonly #line: StreamLine
  readonly #credit = new Credit(() => this.#ask(0))
  readonly #done: () => void
  /** A log may never say anything again, so it is closed from here. */
  #source: Readable | undefined
  /** While it may run. */
  #process: ExecSession | undefined
  /** The client may type before the process is there; the session's window bounds how much. */
  #early: Buffer[] = []
  /** Bytes of input that the process took and that were not yet told. */
  #read = 0
  #began = false
  #over = false
  #moved: number
  #cancelWatch: () => void
  #asking = false
  #cancelAsk: (() => void) | undefined

  constructor(options: StreamsOptions, wanted: StreamOpen, full: boolean, done: () => void) {
    this.#options = options
    this.#wanted = wanted
    this.#full = full
    this.#done = done
    this.#moved = options.clock.now()
    this.#cancelWatch = options.clock.after(BEGIN_MS, () => this.end())
    this.#line = options.dial(wanted.ticket, {
      message: (data) => this.#message(data),
      closed: () => this.end(),
    })
  }

  /** Ends everything that this session began: hanging up alone does not end an exec'd process. */
  end(): void {
    if (this.#over) return
    this.#over = true
    this.#cancelWatch()
    this.#cancelAsk?.()
    this.#credit.end()
    this.#source?.destroy()
    void this.#process
      ?.kill()
      .catch((error: unknown) => this.#options.log('warn', `an exec was not ended: ${textOf(error)}`))
    this.#line.close()
    this.#done()
  }

  #message(data: string | Buffer): void {
    if (this.#over) return
    this.#moved = this.#options.clock.now()
    if (typeof data !== 'string') this.#input(data)
    else {
      const frame = readFrame(data)
      if (frame?.type !== 'credit') return
      this.#credit.grant(frame.bytes)
      if (!this.#began) void this.#begin()
    }
  }

  async #begin(): Promise<void> {
    this.#began = true
    this.#cancelWatch()
    this.#watch()
    try {
      const { container, pod } = this.#wanted
      const found = this.#options.find(pod, container, this.#wanted.kind === 'logs' && this.#wanted.logs.previous)
      if (this.#wanted.kind === 'logs') await this.#logs(found, this.#wanted.logs)
      else await this.#exec(found, this.#wanted.exec)
    } catch (error) {
      this.#fail(textOf(error))
    }
    this.#frame({ type: 'ended' })
    this.end()
  }

  async #logs(found: Found, wanted: LogsWanted): Promise<void> {
    if (this.#full) throw new Error('too many sessions on this node')
    if ('error' in found) {
      this.#frame({ type: 'failed', code: 400, message: found.error })
      return
    }
    const source = await this.#options.runtime.logs(found.id, logOptions(wanted, this.#options.clock.now()))
    if (this.#over) {
      source.destroy()
      return
    }
    this.#frame({ type: 'opened' })
    this.#source = source
    await pump(source, CHANNEL.stdout, this.#credit, (frame) => this.#send(frame), wanted.limitBytes)
  }

  async #exec(found: Found, wanted: ExecWanted): Promise<void> {
    if (this.#full) throw new Error('too many sessions on this node')
    if ('error' in found || !found.running) {
      this.#status(failureStatus(`unable to upgrade connection: container not found ("${this.#wanted.container}")`))
      return
    }
    const { command, stdin, tty } = wanted
    const process = await this.#options.runtime.exec(found.id, { command, stdin, tty })
    if (this.#over) {
      await process.kill()
      return
    }
    this.#process = process
    // A process may end before it has read its input.
    process.stdin?.on('error', () => undefined)
    this.#frame({ type: 'opened' })
    for (const frame of this.#early.splice(0)) this.#input(frame)
    const outputs = [
      this.#output(process.stdout, CHANNEL.stdout, wanted.stdout),
      this.#output(process.stderr, CHANNEL.stderr, wanted.stderr),
    ]
    await Promise.all(outputs)
    const code = await process.exit
    this.#process = undefined
    this.#status(exitStatus(code))
  }

  /** An output that nobody wants is read all the same, or the process would stop at it. */
  #output(source: Readable, channel: number, wanted: boolean): Promise<void> {
    if (wanted) return pump(source, channel, this.#credit, (frame) => this.#send(frame))
    source.resume()
    return Promise.resolve()
  }

  #input(frame: Buffer): void {
    const process = this.#process
    if (process === undefined) this.#early.push(frame)
    else if (frame[0] === CHANNEL.stdin) this.#stdin(process, frame.subarray(1))
    else if (frame[0] === CHANNEL.resize) this.#resize(process, frame.subarray(1))
    // A terminal has no end of input; its user sends ^D.
    else if (frame[0] === CHANNEL.close && frame[1] === CHANNEL.stdin && !this.#isTty()) process.stdin?.end()
  }

  #stdin(process: ExecSession, data: Buffer): void {
    const read = (): void => {
      this.#read += data.length
      if (this.#read < LONGEST_FRAME) return
      this.#frame({ type: 'credit', bytes: this.#read })
      this.#read = 0
    }
    if (process.stdin === undefined || process.stdin.writableEnded || process.stdin.destroyed) read()
    else process.stdin.write(data, read)
  }

  #resize(process: ExecSession, data: Buffer): void {
    const size = sizeOf(data)
    if (size === undefined) return
    process.resize(size.columns, size.rows).catch((error: unknown) => {
      this.#options.log('warn', `a terminal was not resized: ${textOf(error)}`)
    })
  }

  #isTty(): boolean {
    return this.#wanted.kind === 'exec' && this.#wanted.exec.tty
  }

  /** An error before or during the session, in the form that its kind of client understands. */
  #fail(message: string): void {
    if (this.#wanted.kind === 'logs') this.#frame({ type: 'failed', code: 500, message })
    else this.#status(failureStatus(`error executing command in container: ${message}`))
  }

  #status(status: string): void {
    this.#send(onChannel(CHANNEL.error, new TextEncoder().encode(status)))
  }

  #frame(frame: StreamFrame): void {
    this.#send(writeFrame(frame))
  }

  #send(data: string | Uint8Array): void {
    if (this.#over) return
    this.#moved = this.#options.clock.now()
    this.#line.send(data)
  }

  /**
   * A client at the other end of an exec gives no credit of itself; the Stream object looks how much it has read when we
   * ask. (A log's reader gives credit unasked.)
   */
  #ask(step: number): void {
    if (this.#wanted.kind === 'logs' || (step === 0 && this.#asking)) return
    this.#asking = true
    const wait = ASK_MS[Math.min(step, ASK_MS.length - 1)] ?? 1_000
    this.#cancelAsk = this.#options.clock.after(wait, () => {
      this.#asking = false
      if (!this.#credit.starved || this.#over) return
      this.#line.send(writeFrame({ type: 'waiting' }))
      this.#ask(step + 1)
    })
  }

  #watch(): void {
    const { clock } = this.#options
    const idle = clock.now() - this.#moved
    if (idle >= IDLE_MS) this.end()
    else this.#cancelWatch = clock.after(IDLE_MS - idle, () => this.#watch())
  }
}

function logOptions(wanted: LogsWanted, now: number): LogOptions {
  const since = wanted.sinceSeconds === undefined ? wanted.since : now - wanted.sinceSeconds * 1_000
  return {
    follow: wanted.follow,
    timestamps: wanted.timestamps,
    ...(since === undefined ? {} : { since }),
    ...(wanted.tailLines === undefined ? {} : { tail: wanted.tailLines }),
  }
}

/** `{"Width":80,"Height":24}` of the resize channel (remotecommand.TerminalSize). */
function sizeOf(data: Buffer): { columns: number; rows: number } | undefined {
  try {
    const { Width, Height } = JSON.parse(data.toString('utf8')) as { Width?: unknown; Height?: unknown } // checked below
    return typeof Width === 'number' && typeof Height === 'number' ? { columns: Width, rows: Height } : undefined
  } catch {
    return undefined
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
