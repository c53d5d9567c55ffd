import { get } from 'node:https'
import { until } from '../test/support/docker.ts'
import { serverOf, type Bed } from './bed.ts'
import { each, makeClient, type Client, type Server } from './client.ts'
import { median, type Pair } from './pairs.ts'
import type { Part } from './part.ts'
import { compared, counted, type Line } from './table.ts'

const PATH = '/api/v1/namespaces/default/configmaps'
const WATCHERS = [1, 50]
const PAIRS = 10
/** Creates whose median makes one pair. */
const CREATES = 10
/** Creates of eight clients at once, each of which every one of the 50 watchers must tell of: 10,000 lines. */
const STORM = 200

/** How long after it was asked for a new object arrives at who watches, beside how long asking for it took. */
export const watch: Part = {
  name: 'watch',
  about: 'create → watch event at 1 and 50 watchers, beside the create itself; lines lost of 10,000',
  async run(bed) {
    const lines: Line[] = []
    for (const watchers of WATCHERS) lines.push(...(await measure(bed, watchers)))
    return lines
  },
}

async function measure(bed: Bed, watchers: number): Promise<Line[]> {
  const server = serverOf(await bed.cluster())
  const client = makeClient(server, 8)
  const { metadata } = JSON.parse(await client.send('GET', PATH)) as { metadata: { resourceVersion: string } } // a list
  const all = await Promise.all(
    Array.from({ length: watchers }, () =>
      openWatch(server, `${PATH}?watch=1&resourceVersion=${metadata.resourceVersion}`),
    ),
  )
  for (let i = 0; i < CREATES; i++) await createAndSee(client, all, `warm-${i}`)
  const pairs: Pair[] = []
  for (let pair = 0; pair < PAIRS; pair++) {
    const seen: Pair[] = []
    for (let i = 0; i < CREATES; i++) seen.push(await createAndSee(client, all, `pair-${pair}-${i}`))
    pairs.push({ ours: median(seen.map(({ ours }) => ours)), beside: median(seen.map(({ beside }) => beside)) })
  }
  const who = watchers === 1 ? '1 watcher' : `${watchers} watchers`
  const lines = [compared(`create → event at ${who}, beside the create`, pairs, 'ms', { atMost: 1.5 })]
  if (watchers === WATCHERS.at(-1)) lines.push(...(await storm(client, all)))
  for (const one of all) one.close()
  client.close()
  return lines
}

/** Milliseconds from asking to the median watcher's line, and to the answer. */
async function createAndSee(client: Client, all: readonly Watch[], name: string): Promise<Pair> {
  const start = performance.now()
  await client.send('POST', PATH, configMap(name))
  const beside = performance.now() - start
  await until(() => all.every((one) => one.arrivals.has(name)), 10_000, `every watcher is told of ${name}`)
  return { ours: median(all.map((one) => one.arrivals.get(name) ?? Infinity)) - start, beside }
}

async function storm(client: Client, all: readonly Watch[]): Promise<Line[]> {
  const before = all.reduce((sum, one) => sum + one.lines, 0)
  const names = Array.from({ length: STORM }, (_, i) => `storm-${i}`)
  await each(STORM, 8, (i) => client.send('POST', PATH, configMap(names[i] ?? '')))
  // What has not come by then counts as lost, so running out of time is no failure of the bench.
  const complete = (): boolean => all.every((one) => names.every((name) => one.arrivals.has(name)))
  await until(complete, 10_000, 'all lines').catch(() => undefined)
  const distinct = all.reduce((sum, one) => sum + names.filter((name) => one.arrivals.has(name)).length, 0)
  const expected = STORM * all.length
  const lines = all.reduce((sum, one) => sum + one.lines, 0) - before
  const what = `of ${expected.toLocaleString('en')} watch lines, 8 clients creating`
  return [
    counted(`lost ${what}`, expected - distinct, 'lines', { atMost: 0 }),
    counted(`repeated ${what}`, lines - distinct, 'lines', { atMost: 0 }),
  ]
}

const configMap = (name: string): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text: 'x'.repeat(900) } })

interface Watch {
  /** When the object of this name came first, by performance.now(). */
  readonly arrivals: ReadonlyMap<string, number>
  /** Lines in all. */
  readonly lines: number
  close(): void
}

/** One watch on a connection of its own. It reads names only: fifty parsers would be what is measured. */
function openWatch(server: Server, path: string): Promise<Watch> {
  const arrivals = new Map<string, number>()
  let rest = ''
  let lines = 0
  const read = (chunk: Buffer): void => {
    const now = performance.now()
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      const name = /"name":"([^"]+)"/.exec(line)?.[1]
      if (name === undefined || !line.startsWith('{"type":"ADDED"')) continue
      lines++
      if (!arrivals.has(name)) arrivals.set(name, now)
    }
  }
  return new Promise((done, fail) => {
    const headers = { authorization: `Bearer ${server.token}` }
    const request = get(`${server.url}${path}`, { ca: server.ca, headers, agent: false }, (response) => {
      if (response.statusCode !== 200) return fail(new Error(`a watch was answered ${response.statusCode}`))
      response.on('data', read)
      response.on('error', () => undefined) // closed by us
      done({
        arrivals,
        get lines() {
          return lines
        },
        close: () => void request.destroy(),
      })
    })
    request.on('error', fail)
  })
}
