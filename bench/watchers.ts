import { get } from 'node:https'
import { until } from '../test/support/docker.ts'
import { serverOf } from './bed.ts'
import { each, makeClient, type Server } from './client.ts'
import type { Part } from './part.ts'
import { residentMB, workerdOf } from './process.ts'
import { counted } from './table.ts'

const WATCHERS = 1000
const CHANGES = 20
const PATH = '/api/v1/namespaces/default/configmaps'

/** Many who look at one object, as the Pods of a Deployment that all watch their settings. */
export const watchers: Part = {
  name: 'watchers',
  about: '1,000 watchers on one object: events lost, and memory for each',
  async run(bed) {
    const cluster = await bed.cluster()
    const server = serverOf(cluster)
    const client = makeClient(server, 1)
    const send = (turn: number) =>
      client.send(
        'PATCH',
        `${PATH}/one`,
        JSON.stringify({ data: { turn: String(turn) } }),
        'application/merge-patch+json',
      )
    await client.send('POST', PATH, JSON.stringify({ metadata: { name: 'one' }, data: { text: 'x'.repeat(900) } }))
    await send(-1)
    const before = residentMB(workerdOf(cluster))
    const all: Watcher[] = []
    await each(WATCHERS, 20, async () => void all.push(await open(server)))
    const with1000 = residentMB(workerdOf(cluster))
    for (let turn = 0; turn < CHANGES; turn++) await send(turn)
    const expected = WATCHERS * CHANGES
    const seen = (): number => all.reduce((sum, one) => sum + one.events, 0)
    // What has not come by then counts as lost, so running out of time is no failure of the bench.
    await until(() => seen() >= expected, 60_000, 'all events').catch(() => undefined)
    const lost = expected - seen()
    for (const one of all) one.close()
    client.close()
    return [
      counted(
        `lost of ${expected.toLocaleString('en')} events, ${WATCHERS.toLocaleString('en')} watchers`,
        lost,
        'lines',
        {
          atMost: 0,
        },
      ),
      counted('memory of the control plane for one of 1,000 watchers', ((with1000 - before) / WATCHERS) * 1000, 'kB'),
    ]
  },
}

interface Watcher {
  readonly events: number
  close(): void
}

function open(server: Server): Promise<Watcher> {
  let events = 0
  return new Promise((done, fail) => {
    const url = `${server.url}${PATH}?watch=1&fieldSelector=metadata.name%3Done&resourceVersion=0`
    const headers = { authorization: `Bearer ${server.token}` }
    const request = get(url, { ca: server.ca, headers, agent: false }, (response) => {
      if (response.statusCode !== 200) return fail(new Error(`a watch was answered ${response.statusCode}`))
      response.on('data', (chunk: Buffer) => (events += chunk.toString().split('{"type":"MODIFIED"').length - 1))
      response.on('error', () => undefined) // closed by us
      done({
        get events() {
          return events
        },
        close: () => void request.destroy(),
      })
    })
    request.on('error', fail)
  })
}
