import { expect, test } from 'vitest'
import { makeWorld, Plane } from '../../bench/plane.ts'

/** A wake of the whole object without HTTP: store, nodes, controllers and the turn that it begins with. */
test.each([1, 10, 50])(
  '[ST42] a wake of the whole object with %d nodes reads at most 64 rows and one a node, and writes none',
  (nodes) => {
    const world = makeWorld(Date.parse('2026-11-24T00:00:00Z'))
    const plane = new Plane(world)
    for (let i = 0; i < nodes; i++) plane.join(`node-${i}`, (i * 10_000) / nodes)
    plane.finish()
    world.now += 12_000
    const { rowsRead, rowsWritten } = new Plane(world).store.usage
    expect(rowsRead).toBeLessThanOrEqual(64 + nodes)
    expect(rowsRead).toBeGreaterThanOrEqual(nodes)
    expect(rowsWritten).toBe(0)
  },
)
