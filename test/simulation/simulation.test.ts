import { expect, test } from 'vitest'
import { live } from './history.ts'
import seeds from './seeds.json' with { type: 'json' }

/** PODO_HISTORIES and PODO_SEED choose how many new histories there are and where they begin. */
const HISTORIES = Number(process.env['PODO_HISTORIES'] ?? 1000)
const FIRST = Number(process.env['PODO_SEED'] ?? 1)
const STEPS = 200
/** Tests that report now and then: a thousand histories take some minutes. */
const BATCH = 50

function liveAll(all: readonly number[]): string[] {
  return all.flatMap((seed) => {
    const { problems, trace } = live(seed, STEPS)
    return problems.length === 0 ? [] : [`seed ${seed}: ${problems[0]}\n${trace.slice(-20).join('\n')}`]
  })
}

test('[CT41] histories that failed once stay well', { timeout: 600_000 }, () => {
  expect(liveAll(seeds.failed)).toEqual([])
})

const batches = Array.from({ length: Math.ceil(HISTORIES / BATCH) }, (_, i) => FIRST + i * BATCH)
test.for(batches)(
  '[CT42] histories from seed %i come to what was asked, and keep every rule',
  { timeout: 600_000 },
  (first) => {
    const count = Math.min(BATCH, FIRST + HISTORIES - first)
    expect(liveAll(Array.from({ length: count }, (_, i) => first + i))).toEqual([])
  },
)

test('[CT43] the same seed gives the same history', () => {
  expect(live(7, 120)).toEqual(live(7, 120))
})
