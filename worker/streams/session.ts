import { CHANNEL, failureStatus, LONGEST_FRAME, onChannel, readFrame, WINDOW, writeFrame } from '../../api/stream.ts'
import { fromClient, toClient, type Protocol } from './channels.ts'

/** One end of a session. `bufferedAmount` counts bytes that were sent and have not left yet. */
export interface Leg {
  readonly readyState: number
  readonly bufferedAmount: number
  send(data: string | Uint8Array): void
  close(code: number, reason: string): void
  serializeAttachment(attachment: unknown): void
  deserializeAttachment(): unknown
}

/** Where the two ends are found, also after hibernation. */
export interface Legs {
  client(): Leg | undefined
  agent(): Leg | undefined
}

/** What is known of a leg, kept with it across hibernation. */
export type ClientState =
  | { kind: 'logs' }
  /** `first`: the output that tells the client that the session is open, as kubelet does. */
  | { kind: 'exec'; protocol: Protocol; first: number }
/** `owed`: passed on to a client that has not read it yet. `unread`: stdin that the process has not read yet. */
export interface AgentState {
  owed: number
  unread: number
}

const OPEN = 1
/** Credit is given back in pieces of this size, or when the agent asks. */
const PIECE = WINDOW / 8
/** Stdin that the process has not read: up to here nothing is done about it … */
const INPUT_WINDOW = WINDOW / 2
/** … from here on the client is held longer and longer, and at this much more the session is over. */
const MOST_BEHIND = 128 * LONGEST_FRAME
const SHORT_HOLD_MS = 2
const LONGEST_HOLD_MS = 5_000

export const CLOSE = { done: 1000, noAgent: 4000, agentGone: 4001 } as const

/**
 * Joins a client and an agent. Output flows on credit that is given as the client reads. Input cannot: clients know no
 * credit, so each message that comes while the process is behind is answered with a time for which nothing more is to be
 * read, longer the further it is behind. Logs pass through untouched: the Worker at the client's end gives the credit.
 */
export class Session {
  readonly #legs: Legs
  /** What the client sent before the agent was there. */
  #early: (string | Uint8Array)[] = []
  #earlyBytes = 0

  constructor(legs: Legs) {
    this.#legs = legs
  }

  /** One of the two ends came; the session begins when both are there. */
  arrived(): void {
    const client = this.#legs.client()
    const agent = this.#legs.agent()
    if (client === undefined || agent === undefined) return
    if (stateOf(client).kind === 'exec') agent.send(writeFrame({ type: 'credit', bytes: WINDOW }))
    for (const message of this.#early) this.#toAgent(agent, message)
    this.#early = []
    this.#earlyBytes = 0
  }

  /** The client sent something. Answers for how many milliseconds nothing more should be read. */
  fromClient(client: Leg, message: string | ArrayBuffer): number {
    const state = stateOf(client)
    const passed =
      state.kind === 'exec' ? fromClient(state.protocol, message) : typeof message === 'string' ? message : undefined
    if (passed === undefined) return 0
    const agent = this.#legs.agent()
    if (agent === undefined) {
      this.#early.push(passed)
      this.#earlyBytes += passed.length
      return this.#behind(client, this.#earlyBytes)
    }
    return this.#behind(client, this.#toAgent(agent, passed))
  }

  fromAgent(agent: Leg, message: string | ArrayBuffer): void {
    const client = this.#legs.client()
    if (client === undefined) return
    const state = stateOf(client)
    if (state.kind === 'logs') {
      client.send(typeof message === 'string' ? message : new Uint8Array(message))
      return
    }
    if (typeof message === 'string') this.#execFrame(client, agent, message)
    else {
      const frame = new Uint8Array(message)
      client.send(toClient(state.protocol, frame))
      this.#owe(client, agent, frame.length - 1)
    }
  }

  /** The client is gone: the agent ends what runs for it. */
  clientGone(): void {
    this.#legs.agent()?.close(CLOSE.done, 'the client is gone')
  }

  /** The agent is gone without having said that it is done. */
  agentGone(): void {
    const client = this.#legs.client()
    if (client !== undefined) this.#fail(client, CLOSE.agentGone, 'the agent of the node went away')
  }

  /** Nobody dialled. */
  agentMissing(): void {
    const client = this.#legs.client()
    if (client === undefined || this.#legs.agent() !== undefined) return
    this.#fail(client, CLOSE.noAgent, 'the agent of the node did not answer in time')
  }

  /** Bytes that wait here for either end. */
  get inFlight(): number {
    const agent = this.#legs.agent()
    const unread = agent === undefined ? this.#earlyBytes : agentState(agent).unread
    return unread + (this.#legs.client()?.bufferedAmount ?? 0)
  }

  #execFrame(client: Leg, agent: Leg, text: string): void {
    const frame = readFrame(text)
    switch (frame?.type) {
      case 'opened':
        this.#probe(client)
        return
      case 'failed':
        this.#fail(client, CLOSE.done, frame.message)
        return
      case 'credit': {
        const { owed, unread } = agentState(agent)
        agent.serializeAttachment({ owed, unread: Math.max(0, unread - frame.bytes) })
        return
      }
      case 'waiting':
        this.#repay(client, agent, agentState(agent), 1)
        return
      case 'ended':
        client.close(CLOSE.done, '')
        return
      default:
        agent.close(1008, 'not a frame of a stream')
    }
  }

  #owe(client: Leg, agent: Leg, bytes: number): void {
    const { owed, unread } = agentState(agent)
    this.#repay(client, agent, { owed: owed + bytes, unread }, PIECE)
  }

  /** Gives the agent credit for what the client has taken. */
  #repay(client: Leg, agent: Leg, state: AgentState, atLeast: number): void {
    const paid = state.owed >= atLeast && client.bufferedAmount < WINDOW / 2 ? state.owed : 0
    if (paid > 0) agent.send(writeFrame({ type: 'credit', bytes: paid }))
    agent.serializeAttachment({ ...state, owed: state.owed - paid })
  }

  /** Answers how much of its input the process has not read. */
  #toAgent(agent: Leg, message: string | Uint8Array): number {
    if (agent.readyState !== OPEN) return 0
    agent.send(message)
    if (typeof message === 'string' || message[0] !== CHANNEL.stdin) return 0
    const { owed, unread } = agentState(agent)
    const now = unread + message.length - 1
    agent.serializeAttachment({ owed, unread: now })
    return now
  }

  /**
   * While the client is held the agent's credit waits as well, so a process that reads is met with short holds only: they
   * let as much credit in as input.
   */
  #behind(client: Leg, unread: number): number {
    if (unread <= INPUT_WINDOW) return 0
    const excess = unread - 2 * INPUT_WINDOW
    if (excess <= 0) return SHORT_HOLD_MS
    if (excess > MOST_BEHIND) {
      this.#fail(client, CLOSE.done, 'the process does not read its input')
      this.clientGone()
      return 0
    }
    const hold = Math.min(LONGEST_HOLD_MS, SHORT_HOLD_MS * 2 ** Math.ceil(excess / LONGEST_FRAME))
    if (hold === LONGEST_HOLD_MS) this.#probe(client)
    return hold
  }

  /**
   * What a client that died has still in the pipe hides its end from us. Writing to it, be it nothing, makes its machine
   * say so.
   */
  #probe(client: Leg): void {
    const state = stateOf(client)
    if (state.kind === 'exec') client.send(toClient(state.protocol, onChannel(state.first, new Uint8Array())))
  }

  /** Ends the session with a reason that the client can show. */
  #fail(client: Leg, code: number, message: string): void {
    if (client.readyState !== OPEN) return
    const state = stateOf(client)
    if (state.kind === 'logs') {
      client.close(code, message)
      return
    }
    const status = new TextEncoder().encode(failureStatus(message))
    client.send(toClient(state.protocol, onChannel(CHANNEL.error, status)))
    client.close(CLOSE.done, '')
  }
}

/** Only the Stream object and this file write attachments. */
const stateOf = (client: Leg): ClientState => client.deserializeAttachment() as ClientState
const agentState = (agent: Leg): AgentState => agent.deserializeAttachment() as AgentState
