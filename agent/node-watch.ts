import type { NodeStatement } from '../api/wire.ts'
import type { Clock } from './clock.ts'
import { readNodeFacts, readPressure, type FactsOptions } from './machine-facts.ts'
import type { Network } from './network/network.ts'
import { nodeOf, type NodeFacts, type NodeTroubles } from './node.ts'
import type { Runtime, RuntimeInfo } from './runtime/runtime.ts'

/** Between two looks at the machine, in milliseconds: a runtime that stopped shows as NotReady after at most so long. */
const EVERY_MS = 10_000
/** Between two full accounts of the runtime: it walks through all it has for each, and half a page of JSON is read. */
const INFO_EVERY_MS = 600_000

export interface NodeWatchOptions {
  readonly facts: FactsOptions
  readonly runtime: Pick<Runtime, 'info' | 'ping'>
  readonly network: Pick<Network, 'trouble'>
  readonly clock: Clock
  /** What the Node says has changed. */
  readonly changed: (statement: NodeStatement) => void
}

/** What this machine says of itself, kept fresh: facts, and what is wrong with it. Reading it writes nothing. */
export class NodeWatch {
  readonly #options: NodeWatchOptions
  #facts: NodeFacts | undefined
  #troubles: NodeTroubles = {}
  #info: RuntimeInfo | undefined
  /** When the runtime is to give its account anew; it may come back as another one. */
  #infoDue = 0
  #said = ''
  #cancel: () => void = () => undefined

  constructor(options: NodeWatchOptions) {
    this.#options = options
  }

  /** Looks for the first time and then now and again. Resolves when there is something to say. */
  async start(): Promise<NodeFacts> {
    const facts = await this.#look()
    this.#said = JSON.stringify(this.statement())
    this.#again()
    return facts
  }

  stop(): void {
    this.#cancel()
  }

  /** Throws before `start` has resolved. */
  statement(): NodeStatement {
    if (this.#facts === undefined) throw new Error('the machine has not been looked at yet')
    const { network, clock } = this.#options
    const { metadata, status } = nodeOf(this.#facts, { ...this.#troubles, network: network.trouble() }, clock.now())
    // Times are the control plane's to keep, and would make every statement differ from the last.
    const conditions = (status.conditions ?? []).map(({ type, status: state, reason, message }) => ({
      type,
      status: state,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    }))
    return { labels: metadata.labels ?? {}, status: { ...status, conditions } }
  }

  /** Says it if it differs from what was said last. */
  tell(): void {
    const statement = this.statement()
    const text = JSON.stringify(statement)
    if (text === this.#said) return
    this.#said = text
    this.#options.changed(statement)
  }

  #again(): void {
    this.#cancel = this.#options.clock.after(EVERY_MS, () => {
      void this.#look()
        .then(() => this.tell())
        .finally(() => this.#again())
    })
  }

  async #look(): Promise<NodeFacts> {
    const { facts } = this.#options
    const before = this.#info
    const runtime = await this.#ask().catch((error: unknown) => {
      this.#infoDue = 0
      return `container runtime is down: ${error instanceof Error ? error.message : String(error)}`
    })
    this.#troubles = { runtime, ...(await readPressure(this.#info?.rootFolder ?? '/')) }
    if (this.#facts === undefined || before?.version !== this.#info?.version) {
      this.#facts = await readNodeFacts(facts, this.#info)
    }
    return this.#facts
  }

  /** Throws where the runtime is down. */
  async #ask(): Promise<undefined> {
    const { runtime, clock } = this.#options
    if (clock.now() < this.#infoDue) return void (await runtime.ping())
    this.#info = await runtime.info()
    this.#infoDue = clock.now() + INFO_EVERY_MS
  }
}
