import type { Part } from './part.ts'
import { deploymentOf, makeWorld, Plane, type World } from './plane.ts'
import { counted } from './table.ts'

const NODES = 50
const PODS_OF_A_NODE = 3
const HOUR = 3_600_000
/** Local and Cloudflare's runtimes forget an object that was idle this long, and an alarm makes it anew. */
const EVICTED_AFTER = 10_000
const WRITTEN = { atMost: 5_000 }

/** 50 machines that ping, 150 Pods that run, and nobody who asks for anything, for a day of a clock that is moved. */
export const idleDay: Part = {
  name: 'idle-day',
  about: 'rows written by 50 idle nodes in a day: alarms set and rows of the store (in this process, clock moved)',
  async run() {
    const world = settled()
    // What the beginning left to do is done within the first hour.
    pass(world, HOUR)
    const day = pass(world, 24 * HOUR)
    return Promise.resolve([
      counted(`rows written by ${NODES} idle nodes in a day`, day.written + day.alarms, 'rows', WRITTEN),
      counted('of them alarms set', day.alarms, 'rows'),
      counted('times the object was woken in that day', day.wakes, 'alarms'),
      counted('rows read in that day, at least', day.read, 'rows'),
    ])
  },
}

function settled(): World {
  const world = makeWorld(Date.parse('2026-11-24T00:00:00Z'))
  const plane = new Plane(world)
  for (let i = 0; i < NODES; i++) plane.join(`node-${i}`, (i * 10_000) / NODES)
  plane.create('deployments.apps', deploymentOf('web', NODES * PODS_OF_A_NODE))
  plane.finish()
  for (let i = 0; i < NODES; i++) plane.reportAll(`node-${i}`)
  plane.finish()
  return world
}

/** Lets time go by: at each alarm the object is made anew where it was idle long enough, as the runtimes do. */
function pass(world: World, ms: number): { wakes: number; alarms: number; written: number; read: number } {
  const end = world.now + ms
  const alarms = world.alarmRows
  const sum = { wakes: 0, written: 0, read: 0 }
  let plane: Plane | undefined
  let counted = { rowsWritten: 0, rowsRead: 0 }
  while (world.alarm !== undefined && world.alarm <= end) {
    const idle = world.alarm - world.now
    world.now = Math.max(world.now, world.alarm)
    if (plane === undefined || idle >= EVICTED_AFTER) {
      sum.wakes++
      counted = { rowsWritten: 0, rowsRead: 0 }
      plane = new Plane(world)
    }
    plane.settle()
    const { rowsWritten, rowsRead } = plane.store.usage
    sum.written += rowsWritten - counted.rowsWritten
    sum.read += rowsRead - counted.rowsRead
    counted = { rowsWritten, rowsRead }
  }
  world.now = end
  return { ...sum, alarms: world.alarmRows - alarms }
}
