import type { Bed } from './bed.ts'
import { FEWEST_PAIRS, median, pairsOf, rounds } from './pairs.ts'
import type { Part } from './part.ts'
import { makeWorld, Plane, deploymentOf, statusOf, type World } from './plane.ts'
import { compared, counted, type Line } from './table.ts'

const SIZES = [100, 1_000, 10_000] as const
const NODES = 50
/** Pods of one Deployment, whatever their number in all. */
const REPLICAS = 10
const ROUNDS = 4 * FEWEST_PAIRS
/** Pod changes whose median is one look. */
const CHANGES = 30
/** What still counts as flat while the store grows a hundredfold. */
const FLAT = { atMost: 1.5 }
/** Each object that the change concerns, once: the Pods of its ReplicaSet and both owners. Less where they are in memory. */
const CONCERNED = { atMost: REPLICAS + 2 }

interface Store {
  readonly pods: number
  readonly world: World
  readonly plane: Plane
  readonly uids: readonly string[]
}

/** One Pod's readiness changes: its status is stored, its ReplicaSet and its Deployment are reconciled. */
export const controller: Part = {
  name: 'controller',
  about: 'what the controllers cost for one changed Pod with 100, 1,000 and 10,000 Pods in the store (in this process)',
  async run(bed) {
    const stores = SIZES.map((pods) => fill(bed, pods))
    const [small, middle, large] = stores
    if (small === undefined || middle === undefined || large === undefined) throw new Error('three sizes are compared')
    const look = (store: Store) => () => Promise.resolve(median(Array.from({ length: CHANGES }, () => change(store))))
    await rounds(2, { small: look(small), middle: look(middle), large: look(large) })
    const rows = stores.map((store) => rowsOf(store))
    const looks = await rounds(ROUNDS, { small: look(small), middle: look(middle), large: look(large) })
    const lines: Line[] = [
      compared(`one changed Pod of 1,000, beside one of 100`, pairsOf(looks, 'middle', 'small'), 'ms', FLAT),
      compared(`one changed Pod of 10,000, beside one of 100`, pairsOf(looks, 'large', 'small'), 'ms', FLAT),
    ]
    const fewest = rows[0]?.written ?? 0
    stores.forEach(({ pods }, i) => {
      const { written, read } = rows[i] ?? { written: Number.NaN, read: Number.NaN }
      const of = `for one changed Pod of ${pods.toLocaleString('en')}`
      lines.push(counted(`rows written ${of}`, written, 'rows', { atMost: fewest }))
      lines.push(counted(`rows read ${of}`, read, 'rows', CONCERNED))
    })
    return lines
  },
}

/** A settled cluster: Deployments of ten Pods each, all bound and running. */
function fill(bed: Bed, pods: number): Store {
  const since = performance.now()
  const world = makeWorld(Date.parse('2026-11-24T12:00:00Z'))
  const plane = new Plane(world)
  for (let i = 0; i < NODES; i++) plane.join(nodeName(i), i * 200)
  for (let i = 0; i < pods / REPLICAS; i++) {
    plane.create('deployments.apps', deploymentOf(`web-${i}`, REPLICAS))
    plane.finish()
  }
  for (let i = 0; i < NODES; i++) plane.reportAll(nodeName(i))
  plane.finish()
  const rows = plane.store.list({ resource: 'pods' })
  if (rows.length !== pods) throw new Error(`${rows.length} Pods stand where ${pods} should`)
  bed.say(`  ${pods} Pods after ${((performance.now() - since) / 1000).toFixed(1)} s`)
  return { pods, world, plane, uids: rows.map(({ name }) => name) }
}

const nodeName = (i: number): string => `node-${i}`
let turn = 0

/** Milliseconds of one Pod turning from ready to unready or back, from the agent's report to the last reconcile. */
function change({ plane, world, uids }: Store): number {
  // A prime step visits Pods of all Deployments and nodes.
  const name = uids[(turn++ * 7919) % uids.length] ?? ''
  const row = plane.store.get({ resource: 'pods', namespace: 'default', name })
  const pod = row?.object as {
    spec?: { nodeName?: string }
    status?: { conditions?: { type: string; status: string }[] }
  } // a Pod
  const node = pod.spec?.nodeName
  if (row === undefined || node === undefined) throw new Error(`Pod ${name} is not bound`)
  const ready = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
  world.now += 1000
  const status = statusOf(row.object, !ready, world.now)
  const start = performance.now()
  plane.report(node, [{ pod: { namespace: 'default', name, uid: row.uid }, status }])
  return performance.now() - start
}

/** Rows of the store that one change costs, as a mean. */
function rowsOf(store: Store): { written: number; read: number } {
  const before = store.plane.store.usage
  for (let i = 0; i < CHANGES; i++) change(store)
  const after = store.plane.store.usage
  return {
    written: (after.rowsWritten - before.rowsWritten) / CHANGES,
    read: (after.rowsRead - before.rowsRead) / CHANGES,
  }
}
