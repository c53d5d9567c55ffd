import type { Clock } from './clock.ts'
import { LABEL } from './pod/labels.ts'
import type { ContainerDetail, Runtime } from './runtime/runtime.ts'
import { terminationMessage, type MessageFiles } from './termination-message.ts'

/** Safety net below the events: everything is listed again this often. Milliseconds. */
const RELIST = 60_000
/** After the event stream was opened: what happened before it stood. */
const SETTLED = 2000
/** Between two tries to reach a runtime that is down. */
const RETRY = [250, 1000, 2000]
const SLOWEST = 5000

/** A container with what only a look at it tells. */
export interface Shown {
  readonly detail: ContainerDetail
  /** Digest of its image. */
  readonly image: string
  /** Its termination message; '' while it runs. */
  readonly message: string
}

/** What the runtime shows of this agent's containers, kept fresh by its events: nothing is polled. */
export interface Containers {
  /** False until the first list, and while the runtime cannot be reached: then nothing here is to be trusted. */
  isUp(): boolean
  of(uid: string): readonly Shown[]
  all(): readonly Shown[]
  get(id: string): Shown | undefined
  /** Looks at one container now. */
  refresh(id: string): Promise<void>
  relist(): Promise<void>
  start(): void
  stop(): void
}

export interface ContainersOptions {
  runtime: Runtime
  clock: Clock
  messages: MessageFiles
  /** Something of the Pod with this uid changed; '' when the runtime came or went. */
  changed: (uid: string) => void
}

export const watchContainers = (options: ContainersOptions): Containers => new ContainerWatch(options)

class ContainerWatch implements Containers {
  readonly #options: ContainersOptions
  readonly #shown = new Map<string, Shown>()
  /** Looks at one container come one after another, or an old answer could overtake a new one. */
  readonly #looking = new Map<string, Promise<void>>()
  readonly #images = new Map<string, string>()
  readonly #ending = new AbortController()
  #isUp = false

  constructor(options: ContainersOptions) {
    this.#options = options
  }

  isUp = (): boolean => this.#isUp
  of = (uid: string): readonly Shown[] => this.all().filter(({ detail }) => detail.labels[LABEL.uid] === uid)
  all = (): readonly Shown[] => [...this.#shown.values()]
  get = (id: string): Shown | undefined => this.#shown.get(id)
  start = (): void => void this.#run()
  stop = (): void => this.#ending.abort()

  refresh(id: string): Promise<void> {
    const before = this.#looking.get(id) ?? Promise.resolve()
    const turn = before.catch(() => undefined).then(() => this.#look(id))
    this.#looking.set(id, turn)
    const done = (): void => void (this.#looking.get(id) === turn && this.#looking.delete(id))
    turn.then(done, done)
    return turn
  }

  async relist(): Promise<void> {
    const rows = await this.#options.runtime.list()
    const ids = new Set(rows.map(({ id }) => id))
    for (const id of this.#shown.keys()) if (!ids.has(id)) this.#forget(id)
    for (const row of rows) if (this.#shown.get(row.id)?.detail.state !== row.state) await this.refresh(row.id)
  }

  async #look(id: string): Promise<void> {
    const { runtime, messages, changed } = this.#options
    const detail = await runtime.inspect(id)
    if (detail === undefined) return this.#forget(id)
    const ended = detail.state === 'exited' || detail.state === 'dead'
    const known = this.#shown.get(id)?.message ?? ''
    const message = known === '' && ended ? await terminationMessage(runtime, messages, detail) : known
    this.#shown.set(id, { detail, image: await this.#imageOf(detail), message })
    changed(detail.labels[LABEL.uid] ?? '')
  }

  #forget(id: string): void {
    const uid = this.#shown.get(id)?.detail.labels[LABEL.uid]
    if (this.#shown.delete(id) && uid !== undefined) this.#options.changed(uid)
  }

  async #imageOf({ imageId }: ContainerDetail): Promise<string> {
    const known = this.#images.get(imageId)
    if (known !== undefined) return known
    const digest = (await this.#options.runtime.image(imageId))?.digest ?? imageId
    this.#images.set(imageId, digest)
    return digest
  }

  #setUp(value: boolean): void {
    if (this.#isUp === value) return
    this.#isUp = value
    this.#options.changed('')
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    for (let failures = 0; !this.#ending.signal.aborted;) {
      const life = new AbortController()
      try {
        await this.#follow(AbortSignal.any([this.#ending.signal, life.signal]))
        failures = 0
      } catch {
        failures += 1
      }
      life.abort()
      this.#setUp(false)
      if (this.#ending.signal.aborted) return
      await new Promise<void>((resolve) => void clock.after(RETRY[failures] ?? SLOWEST, resolve))
    }
  }

  /** One life of the event stream. */
  async #follow(signal: AbortSignal): Promise<void> {
    const stream = this.#options.runtime.events(signal)[Symbol.asyncIterator]()
    const first = stream.next()
    // Its failure is seen below; until then the list may fail first.
    first.catch(() => undefined)
    await this.relist()
    this.#setUp(true)
    this.#listAgain(SETTLED, signal)
    for (let event = await first; event.done !== true; event = await stream.next())
      void this.refresh(event.value.id).catch(() => undefined)
  }

  #listAgain(wait: number, signal: AbortSignal): void {
    const cancel = this.#options.clock.after(wait, () => {
      signal.removeEventListener('abort', cancel)
      void this.relist()
        .catch(() => undefined)
        .then(() => signal.aborted || this.#listAgain(RELIST, signal))
    })
    signal.addEventListener('abort', cancel)
  }
}
