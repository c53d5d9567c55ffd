import { actAtRandom, mendAll } from './actions.ts'
import { converged } from './convergence.ts'
import { Invariants } from './invariants.ts'
import { World, type Mutation } from './world.ts'
import type { Draft } from '../../worker/registry/index.ts'

export interface Ending {
  readonly seed: number
  /** What went wrong, in sentences; none where all went well. */
  readonly problems: readonly string[]
  /** What was done, newest last. */
  readonly trace: readonly string[]
}

/** Part of steps in which somebody does something; in the others time passes. */
const BUSY = 0.35
const LONGEST_JUMP_MS = 20_000
/** After the last action everything must have come to rest within this. */
const PATIENCE_MS = 7_200_000
const MOST_EVENTS = 4_000

/** One history: `steps` random steps, then everything is mended, then rest. The same seed gives the same history. */
export function live(seed: number, steps: number, mutation: Mutation = {}): Ending {
  const world = new World(seed, mutation)
  const invariants = new Invariants(world)
  const trace: string[] = []
  const ending = (): Ending => ({ seed, problems: invariants.problems, trace })
  try {
    begin(world, seed)
    for (let step = 0; step < steps && invariants.problems.length === 0; step++) {
      if (world.chance.maybe(BUSY)) trace.push(`${clock(world)} ${actAtRandom(world)}`)
      else pass(world, world.now + world.chance.int(0, LONGEST_JUMP_MS))
      invariants.afterStep()
    }
    if (invariants.problems.length > 0) return ending()
    trace.push(`${clock(world)} mend all`)
    mendAll(world)
    const rested = rest(world, invariants)
    if (invariants.problems.length === 0)
      invariants.problems.push(
        ...(rested ? [] : [`never comes to rest: ${invariants.waiting().join(', ')}`]),
        ...converged(world),
      )
    return ending()
  } catch (error) {
    invariants.problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return ending()
  } finally {
    world.close()
  }
}

const clock = (world: World): string => new Date(world.now).toISOString().slice(11, 23)

function begin(world: World, seed: number): void {
  world.create('namespaces', '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
  world.create('namespaces', '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  // Of a Deployment that comes and goes, and of Pods that nobody keeps.
  for (const app of ['web', 'lonely']) {
    const spec = { selector: { app }, ports: [{ port: 80 }] }
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: app }, spec }
    world.create('services', 'default', service)
  }
  if (seed % 3 === 0) limit(world)
  const nodes = world.chance.int(2, 4)
  for (let i = 0; i < nodes; i++) world.join(`node-${i}`)
}

/** A quota that nobody exhausts; what it counts must be what there is. */
function limit(world: World): void {
  const hard = { pods: '1000', 'requests.cpu': '1000', 'count/pods': '5000', 'count/replicasets.apps': '5000' }
  const quota: Draft & { spec: object } = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'wide' },
    spec: { hard },
  }
  world.create('resourcequotas', 'default', quota)
}

/** Lets time pass until the next thing happens, at most to `until`. */
function pass(world: World, until: number): void {
  const next = Math.min(world.alarm ?? Infinity, ...[...world.agents.values()].map((agent) => agent.next))
  world.now = Math.max(world.now, Math.min(next, until))
  for (const agent of world.agents.values()) if (agent.next <= world.now) agent.act(world.now)
  if (world.alarm !== undefined && world.alarm <= world.now) world.turn()
}

/** Runs until nothing waits in the queue and no agent has anything to do; only the clock for silence ticks on. */
function rest(world: World, invariants: Invariants): boolean {
  const limit = world.now + PATIENCE_MS
  for (let event = 0; event < MOST_EVENTS && world.now < limit; event++) {
    if (invariants.problems.length > 0) return true
    const busy = [...world.agents.values()].some((agent) => agent.next !== Infinity)
    if (!busy && invariants.nextDue() === undefined && (world.alarm ?? Infinity) > world.now) return true
    pass(world, limit)
    invariants.afterStep()
  }
  return false
}
