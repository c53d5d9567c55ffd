import { kinds } from '../../api/kinds/index.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { testApi, type Answer, type TestApi } from '../support/api.ts'
import { Chance } from '../simulation/chance.ts'
import { AREAS, type Shot } from './areas.ts'
import { collectionOf, nameOf, NAMESPACE, readSamples, type Sample } from './samples.ts'

/** Longer than any request may take here, on a machine that does other things. */
const LONGEST_MS = 5_000

/** One area's shots at one API over a store in memory. */
export class Range {
  readonly #t: TestApi
  readonly #samples: readonly Sample[] = readSamples()

  private constructor(t: TestApi) {
    this.#t = t
  }

  static async open(): Promise<Range> {
    const range = new Range(testApi(kinds))
    await range.#t.call('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
    await range.#t.call('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: 'default' } })
    // What patches and PUTs meet: one object of each kind that can be created as it was recorded.
    for (const { kind, body } of range.#samples) await range.#t.call('POST', collectionOf(kind), body)
    return range
  }

  close(): void {
    this.#t.close()
  }

  /** Fires one shot; answers what is wrong with the answer, or nothing. */
  async fire(area: string, seed: number): Promise<{ shot: Shot; wrong: string | undefined }> {
    const shot = AREAS[area]?.(new Chance(seed), this.#samples)
    if (shot === undefined) throw new Error(`there is no area ${area}`)
    const since = performance.now()
    const { method, path, body, headers = {} } = shot
    try {
      const answer = await this.#t.call(method, path, body, { headers: { ...headers } })
      const took = performance.now() - since
      const wrong = took > LONGEST_MS ? `it took ${Math.round(took)} ms` : judged(answer, path)
      return { shot, wrong: wrong ?? (await this.#harm()) }
    } catch (error) {
      // The test's API throws where the real one logs a fault of ours, and Request refuses what no client can send.
      if (
        error instanceof TypeError &&
        /Invalid (URL|header|character)|ByteString|not a valid HTTP method|cannot have body|is an invalid header|'\w+' HTTP method is unsupported/i.test(
          error.message,
        )
      )
        return { shot, wrong: undefined }
      return { shot, wrong: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
  }

  /** Every object that is stored can be read, and written back without a change. */
  async #harm(): Promise<string | undefined> {
    const { store } = this.#t.api
    const change = store.changes(store.version - 1, undefined, undefined, 1)[0]
    if (change === undefined || change.type === 'DELETED' || change.version === this.#seen) return undefined
    this.#seen = change.version
    const kind = kinds.find(({ resource }) => resource === change.key.resource)
    if (kind === undefined || !kind.verbs.includes('update')) return undefined
    const at = `${collectionOf(kind).replace(NAMESPACE, change.key.namespace)}/${encodeURIComponent(change.key.name)}`
    const got = await this.#t.call('GET', at)
    if (got.status !== 200 || nameOf(got.body) !== change.key.name) return `what was stored cannot be read: ${got.text}`
    const put = await this.#t.call('PUT', at, got.text)
    if (put.status !== 200) return `what was stored cannot be written back: ${put.text}\n${got.text}`
    return put.text === got.text ? undefined : `writing back changed it:\n${got.text}${put.text}`
  }
  #seen = 0
}

/** Answers of Kubernetes that have the code 500 and are no fault: recorded so, with a text and without a reason. */
function judged({ status, body, text, headers }: Answer, path: string): string | undefined {
  if (status < 400) return undefined
  if (!(headers.get('content-type') ?? '').startsWith('application/json')) return undefined
  if (
    !isJsonObject(body) ||
    body['kind'] !== 'Status' ||
    body['status'] !== 'Failure' ||
    typeof body['message'] !== 'string'
  )
    return `${path} is refused without a Status: ${text}`
  if (status === 500 && body['reason'] === 'InternalError') return `an internal error: ${text}`
  return body['code'] === status ? undefined : `the code is ${status}, the Status says ${text}`
}
