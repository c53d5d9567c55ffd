import { expect, test } from 'vitest'
import type { Pod } from '../../api/schema/types.generated.ts'
import { World } from '../simulation/world.ts'

/**
 * What a Pod costs from its wish to its end, everything counted that its life causes: the rows of a free plan's day. One is
 * deleted and replaced, so that the end of one life and the beginning of the next make a whole one.
 */
/** What one Pod of two costs that is deleted and replaced, and how many of it the Service's objects are. */
function costOfALife(services: number): number {
  const world = new World(8)
  world.create('namespaces', '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
  world.join('one')
  for (let i = 0; i < services; i++) world.create('services', 'default', service(i))
  world.create('deployments.apps', 'default', deployment(2))
  run(world, 120)
  const [pod] = world.list<Pod>('pods')
  if (pod === undefined) throw new Error('the Deployment has no Pod')
  const before = rows(world)
  world.delete('pods', pod)
  run(world, 120)
  expect(world.list('pods')).toHaveLength(2)
  const cost = rows(world) - before
  world.close()
  return cost
}
const service = (i: number) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `s${i}` },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
})

test('[CT136] a Service that selects a Pod adds at most 16 rows to its life', () => {
  const added = costOfALife(1) - costOfALife(0)
  expect(added).toBeLessThanOrEqual(16)
  expect(added).toBeGreaterThan(0)
})

test('[CT90] the whole life of a Pod of a Deployment writes at most 32 rows, alarms included', () => {
  const world = new World(8)
  world.create('namespaces', '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
  world.join('one')
  world.create('deployments.apps', 'default', deployment(2))
  run(world, 120)
  const [pod] = world.list<Pod>('pods')
  if (pod === undefined) throw new Error('the Deployment has no Pod')
  const before = rows(world)
  const alarms = countAlarms(world)
  world.delete('pods', pod)
  run(world, 120)
  expect(world.list('pods')).toHaveLength(2)
  expect(world.get('pods', 'default', pod.metadata.name)).toBeUndefined()
  const cost = rows(world) - before + alarms() + KUBELET_EVENTS
  expect(cost).toBeLessThanOrEqual(32)
  expect(cost).toBeGreaterThan(20)
  world.close()
})

/** Pulled, Created, Started, Killing: the simulation's agents tell none, and an event is one row. */
const KUBELET_EVENTS = 4

const rows = (world: World): number => world.store.usage.rowsWritten

/** Counts how often worker/cluster.ts would set the alarm: only to an earlier time, or when it has gone off. */
function countAlarms(world: World): () => number {
  let set = 0
  let alarm: number | undefined
  world.watch(() => {
    if (alarm !== undefined && alarm <= world.now) alarm = undefined
    if (world.alarm === undefined || (alarm !== undefined && alarm <= world.alarm)) return
    alarm = world.alarm
    set++
  })
  return () => set
}

function run(world: World, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    world.now += 1_000
    for (const agent of world.agents.values()) agent.act(world.now)
    if (world.alarm !== undefined && world.alarm <= world.now) world.turn()
  }
}

function deployment(replicas: number) {
  const labels = { app: 'web' }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  }
}
