import type { ClientRequest } from 'node:http'
import { request } from 'node:https'
import type { JsonObject } from '../../api/meta/object.ts'
import type { TestCluster } from './cluster.ts'
import { type FrameSeen, readFrame, splitFrames } from './frames.ts'

/**
 * What client-go's Reflector does (tools/cache/reflector.go, with WatchListClient): a streaming list in protobuf until
 * the bookmark that ends it, then the same watch; after its end another one from the last version that was seen; after a
 * 410 all over again.
 */
export interface Reflector {
  /** Objects by `namespace/name`. */
  readonly store: ReadonlyMap<string, JsonObject>
  /** Every event in order, as `ADDED name` or `BOOKMARK version`. */
  readonly log: readonly string[]
  /** How often the state was streamed anew. */
  readonly lists: number
  readonly watches: number
  readonly synced: boolean
  readonly version: number
  /** Cuts the connection as a network does. */
  cut(): void
  stop(): void
}

interface Of {
  readonly path: string
  readonly model: string
  /** Of each watch. */
  readonly timeoutSeconds?: number
}

const ACCEPT = 'application/vnd.kubernetes.protobuf;stream=watch,application/json'
/** Between two attempts: client-go begins with 800 ms. */
const PAUSE_MS = 100

export const startReflector = (cluster: TestCluster, of: Of): Reflector => new Running(cluster, of)

class Running implements Reflector {
  store = new Map<string, JsonObject>()
  readonly log: string[] = []
  lists = 0
  watches = 0
  synced = false
  version = 0
  readonly #cluster: TestCluster
  readonly #of: Of
  #stopped = false
  #current: ClientRequest | undefined
  /** What the streaming list has told so far. */
  #arriving: Map<string, JsonObject> | undefined

  constructor(cluster: TestCluster, of: Of) {
    this.#cluster = cluster
    this.#of = of
    void this.#run()
  }

  cut(): void {
    this.#current?.destroy()
  }
  stop(): void {
    this.#stopped = true
    this.cut()
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#watch().catch(() => undefined)
      await new Promise((done) => setTimeout(done, PAUSE_MS))
    }
  }

  #query(): string {
    const query = new URLSearchParams({ watch: 'true', allowWatchBookmarks: 'true' })
    query.set('timeoutSeconds', String(this.#of.timeoutSeconds ?? 300))
    if (this.version > 0) query.set('resourceVersion', String(this.version))
    else {
      query.set('sendInitialEvents', 'true')
      query.set('resourceVersionMatch', 'NotOlderThan')
    }
    return query.toString()
  }

  #watch(): Promise<void> {
    this.#arriving = this.version > 0 ? undefined : new Map()
    if (this.#arriving !== undefined) this.lists += 1
    this.watches += 1
    const { server, state } = this.#cluster
    return new Promise((done, fail) => {
      const headers = { accept: ACCEPT, authorization: `Bearer ${state.adminToken}` }
      const sent = request(
        `${server}${this.#of.path}?${this.#query()}`,
        { ca: state.authority, headers },
        (response) => {
          const type = String(response.headers['content-type'])
          if (response.statusCode !== 200 || !type.includes('protobuf')) {
            fail(new Error(`${response.statusCode} ${type}`))
            sent.destroy()
            return
          }
          let rest = Buffer.alloc(0)
          response.on('data', (chunk: Buffer) => {
            const read = splitFrames(Buffer.concat([rest, chunk]))
            rest = Buffer.from(read.rest)
            for (const frame of read.frames) this.#saw(readFrame(frame, this.#of.model))
          })
          for (const end of ['end', 'error', 'close']) response.on(end, () => done())
        },
      )
      sent.on('error', fail)
      sent.end()
      this.#current = sent
    })
  }

  #saw({ type, object }: FrameSeen): void {
    if (type === 'ERROR') {
      this.log.push(`ERROR ${String(object['code'])}`)
      this.version = 0
      return this.cut()
    }
    const metadata = object['metadata'] as JsonObject // every object has it
    const version = Number(metadata['resourceVersion'])
    if (type === 'BOOKMARK') return this.#bookmark(version, metadata)
    const key = `${String(metadata['namespace'] ?? '')}/${String(metadata['name'])}`
    this.log.push(`${type} ${String(metadata['name'])}`)
    const into = this.#arriving ?? this.store
    if (type === 'DELETED') into.delete(key)
    else into.set(key, object)
    if (this.#arriving === undefined) this.version = version
  }

  #bookmark(version: number, metadata: JsonObject): void {
    this.log.push(`BOOKMARK ${version}`)
    const annotations = metadata['annotations'] as JsonObject | undefined // texts by their names
    if (this.#arriving !== undefined) {
      if (annotations?.['k8s.io/initial-events-end'] !== 'true') return
      this.store = this.#arriving
      this.#arriving = undefined
      this.synced = true
    }
    this.version = version
  }
}
