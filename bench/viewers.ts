import { get } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import type { TestCluster } from '../test/support/cluster.ts'
import { serverOf } from './bed.ts'
import { makeClient, type Client } from './client.ts'
import { median } from './pairs.ts'
import type { Part } from './part.ts'
import { counted, type Line } from './table.ts'
import { podOf } from './writes.ts'

/** High enough that nothing is rationed, so that everything is counted. */
const COUNTED = '{"rowsWritten":1000000000,"rowsRead":1000000000,"requests":1000000000}'
/** An idle object is gone after ten seconds. */
const EVICTED_MS = 12_000
const SAMPLES = 3
const PODS = 100
/** client-go ends a watch after five to ten minutes and opens it anew from where it was. */
const WATCHES_A_DAY = (24 * 60) / 7.5
/** Without a timeout of the client's the server ends a watch after thirty to sixty minutes. */
const SERVER_WATCHES_A_DAY = (24 * 60) / 45
const PATH = '/api/v1/namespaces/default/pods'

/** People with a window open: how many resources it watches, and how often each watch is opened. */
const VIEWERS = [
  {
    who: 'kubectl get pods -w, started again whenever it ends',
    watches: 1,
    aDay: SERVER_WATCHES_A_DAY,
    lists: SERVER_WATCHES_A_DAY,
  },
  { who: 'k9s on Pods (informers of 6 resources)', watches: 6, aDay: WATCHES_A_DAY, lists: 1 },
  { who: 'Lens with its overview (informers of 25 resources)', watches: 25, aDay: WATCHES_A_DAY, lists: 1 },
] as const

interface Cost {
  readonly requests: number
  readonly rowsRead: number
}

/** What a day of an open window costs an idle cluster of 100 Pods: measured for one list and one watch, then counted. */
export const viewers: Part = {
  name: 'viewers',
  about: 'requests and rows read in a day by kubectl get -w, k9s and Lens on an idle cluster',
  async run(bed) {
    const cluster = await bed.cluster({ PODO_QUOTA: COUNTED })
    const client = makeClient(serverOf(cluster), 1)
    for (let i = 0; i < PODS; i++) await client.send('POST', PATH, podOf(`p${i}`))
    // Somebody's socket keeps the counts while the object is evicted.
    const held = await openWatch(cluster, '0')
    const list = await cost(client, () => client.send('GET', PATH))
    const { metadata } = JSON.parse(await client.send('GET', PATH)) as { metadata: { resourceVersion: string } } // a list
    const watch = await cost(client, async () => (await openWatch(cluster, metadata.resourceVersion))())
    held()
    client.close()
    return [
      counted('rows read by a list of 100 Pods, the object evicted before', list.rowsRead, 'rows'),
      counted('rows read by a watch opened anew, the object evicted before', watch.rowsRead, 'rows'),
      ...VIEWERS.flatMap((viewer) => day(viewer, list, watch)),
    ]
  },
}

function day({ who, watches, aDay, lists }: (typeof VIEWERS)[number], list: Cost, watch: Cost): Line[] {
  const of = (what: keyof Cost): number => watches * (aDay * watch[what] + lists * list[what])
  return [
    counted(`requests in a day: ${who}`, of('requests'), 'requests'),
    counted(`rows read in a day: ${who}`, of('rowsRead'), 'rows'),
  ]
}

/** The median cost of something that finds the object evicted. Asking for the counts costs a request itself. */
async function cost(client: Client, work: () => Promise<unknown>): Promise<Cost> {
  const all: Cost[] = []
  for (let i = 0; i < SAMPLES; i++) {
    const before = await spent(client)
    await wait(EVICTED_MS)
    await work()
    const after = await spent(client)
    all.push({ requests: after.requests - before.requests - 1, rowsRead: after.rowsRead - before.rowsRead })
  }
  return {
    requests: median(all.map(({ requests }) => requests)),
    rowsRead: median(all.map(({ rowsRead }) => rowsRead)),
  }
}

async function spent(client: Client): Promise<Cost> {
  const { shares } = JSON.parse(await client.send('GET', '/podo/quota')) as { shares: { what: string; used: number }[] } // its shape
  const of = (name: string): number => shares.find(({ what }) => what === name)?.used ?? 0
  return { requests: of('requests'), rowsRead: of('rowsRead') }
}

/** Opens a watch from a version on, as a reflector does again and again; answers what closes it. */
function openWatch(cluster: TestCluster, version: string): Promise<() => void> {
  const { url, ca, token } = serverOf(cluster)
  const address = `${url}${PATH}?watch=1&allowWatchBookmarks=true&resourceVersion=${version}`
  return new Promise((done, fail) => {
    const headers = { authorization: `Bearer ${token}` }
    const request = get(address, { ca, headers, agent: false }, (response) => {
      response.resume()
      response.on('error', () => undefined) // closed by us
      if (response.statusCode === 200) done(() => void request.destroy())
      else fail(new Error(`a watch was answered ${response.statusCode}`))
    })
    request.on('error', fail)
  })
}
