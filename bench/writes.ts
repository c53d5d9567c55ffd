import { serverOf } from './bed.ts'
import { each, makeClient, rate, type Client } from './client.ts'
import { interleaved } from './pairs.ts'
import type { Part } from './part.ts'
import { compared, type Line } from './table.ts'

const CLIENTS = [1, 8, 32]
const PAIRS = 10
/** Milliseconds of one look at one side; a pair has two of each. */
const WINDOW = 150
/** With authorisation, admission, validation and managed fields on. */
const GOAL = { atLeast: 0.5 }
/** Objects that are there to be read and patched. */
const KNOWN = 100

/** Something that both sides can be asked for, one request a call. */
interface Work {
  readonly what: string
  podo(client: Client): Promise<unknown>
  bare(client: Client): Promise<unknown>
  /** Sweeps up podo's side after each window; not measured. */
  sweep?(client: Client): Promise<unknown>
  /** Told with so many clients only, to explain another row. */
  told?: number
}

const API = '/api/v1/namespaces/default'
let last = 0
const fresh = (): string => `x${++last}`
const known = (): string => `known-${++last % KNOWN}`

/** Both texts are 1,000 bytes long, whatever the name. */
const configMap = (name: string): string => padded({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
/** The same length, another text each time: a row that is written as it was dirties no page, and would prove nothing. */
const turned = (name: string): string =>
  padded({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations: { turn: String(++last) } } })
function padded(object: object): string {
  const bare = JSON.stringify({ ...object, data: { text: '' } }).length
  return JSON.stringify({ ...object, data: { text: 'x'.repeat(1000 - bare) } })
}

/** A Pod as people write them. No machine has joined, so the scheduler finds none and says so, in the same request. */
export const podOf = (name: string, more: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench' } },
    spec: {
      ...more,
      containers: [
        {
          name: 'web',
          image: 'nginx:stable',
          ports: [{ name: 'http', containerPort: 80 }],
          env: [{ name: 'MODE', value: 'bench' }],
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
          readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 2 },
        },
      ],
    },
  })

const unscheduled = (name: string): string => podOf(name, { schedulerName: 'another' })

const WORKS: readonly Work[] = [
  {
    what: 'create a 1 kB ConfigMap',
    podo: (client) => client.send('POST', `${API}/configmaps`, configMap(fresh())),
    bare: (client) => create(client, fresh(), configMap),
  },
  {
    what: 'get a 1 kB ConfigMap',
    podo: (client) => client.send('GET', `${API}/configmaps/${known()}`),
    bare: (client) => client.send('GET', `/rows/${known()}`),
  },
  {
    what: 'patch a 1 kB ConfigMap',
    podo: (client) => client.send('PATCH', `${API}/configmaps/${known()}`, annotation(), STRATEGIC),
    bare: (client) => {
      const name = known()
      return client.send('PUT', `/rows/${name}`, turned(name))
    },
  },
  {
    what: 'apply a 1 kB ConfigMap on the server',
    podo: (client) => client.send('PATCH', `${API}/configmaps/${known()}?fieldManager=bench`, applied(), APPLY),
    bare: (client) => {
      const name = known()
      return client.send('PUT', `/rows/${name}`, turned(name))
    },
  },
  {
    what: 'create a Pod',
    podo: (client) => client.send('POST', `${API}/pods`, podOf(fresh())),
    bare: (client) => create(client, fresh(), (name) => podOf(name)),
    sweep: (client) => client.send('DELETE', `${API}/pods?labelSelector=app%3Dbench`),
  },
  {
    what: 'get a Pod',
    podo: (client) => client.send('GET', `${API}/pods/${known()}`),
    bare: (client) => client.send('GET', `/rows/pod-${known()}`),
  },
  {
    what: 'patch a Pod',
    podo: (client) => client.send('PATCH', `${API}/pods/${known()}`, annotation(), STRATEGIC),
    bare: (client) => {
      const name = known()
      return client.send('PUT', `/rows/pod-${name}`, podOf(name, { hostname: `h${++last}` }))
    },
  },
  {
    what: 'apply a Pod on the server',
    podo: (client) => client.send('PATCH', `${API}/pods/${known()}?fieldManager=bench`, annotatedPod(), APPLY),
    bare: (client) => {
      const name = known()
      return client.send('PUT', `/rows/pod-${name}`, podOf(name, { hostname: `h${++last}` }))
    },
  },
  {
    what: 'create a Pod that podo’s scheduler leaves alone',
    podo: (client) => client.send('POST', `${API}/pods`, unscheduled(fresh())),
    bare: (client) => create(client, fresh(), unscheduled),
    sweep: (client) => client.send('DELETE', `${API}/pods?labelSelector=app%3Dbench`),
    told: 8,
  },
]
const create = (client: Client, name: string, text: (name: string) => string): Promise<string> =>
  client.send('POST', `/rows/${name}`, text(name))
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'
const applied = (): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { annotations: { turn: String(++last) } },
    data: { more: 'x'.repeat(100) },
  })
/** What an operator applies to a Pod: a label and an annotation of its own. */
const annotatedPod = (): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { labels: { operator: 'bench' }, annotations: { applied: String(++last) } },
  })
const annotation = (): string => JSON.stringify({ metadata: { annotations: { turn: String(++last) } } })

/** Requests a second, beside a bare Worker that hands the same bytes to an object with one row. */
export const writes: Part = {
  name: 'writes',
  about: 'create, get, patch and apply of a 1 kB ConfigMap and of a Pod, beside a bare Worker → object → one row',
  async run(bed) {
    const [podo, bare] = [serverOf(await bed.cluster()), await bed.baseline()]
    const lines: Line[] = []
    for (const clients of CLIENTS) {
      const [ours, beside] = [makeClient(podo, clients), makeClient(bare, clients)]
      if (clients === CLIENTS[0]) await createKnown(ours, beside)
      for (const work of WORKS.filter(({ told }) => told === undefined || told === clients)) {
        bed.say(`  ${work.what}, ${clients} at a time`)
        lines.push(await compare(work, clients, ours, beside))
      }
      ours.close()
      beside.close()
    }
    return lines
  },
}

async function createKnown(ours: Client, beside: Client): Promise<void> {
  await each(KNOWN, 1, async (i) => {
    const name = `known-${i}`
    await ours.send('POST', `${API}/configmaps`, configMap(name))
    await create(beside, name, configMap)
    // Not those that a sweep deletes: only new Pods carry its label.
    await ours.send('POST', `${API}/pods`, unscheduled(name).replace('"app":"bench"', '"app":"known"'))
    await create(beside, `pod-${name}`, () => unscheduled(name))
  })
}

async function compare(work: Work, clients: number, ours: Client, beside: Client): Promise<Line> {
  const left = async (): Promise<number> => {
    const perSecond = await rate(clients, WINDOW, () => work.podo(ours))
    await work.sweep?.(ours)
    return perSecond
  }
  const right = (): Promise<number> => rate(clients, WINDOW, () => work.bare(beside))
  // The first window of either side is for its connections and its compiler.
  await left()
  await right()
  const who = clients === 1 ? '1 client' : `${clients} clients`
  const pairs = await interleaved(PAIRS, left, right)
  return compared(`${work.what}, ${who}`, pairs, 'per second', work.told === undefined ? GOAL : undefined)
}
