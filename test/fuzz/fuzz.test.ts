import { afterAll, beforeAll, expect, test } from 'vitest'
import { AREAS } from './areas.ts'
import { Range } from './fire.ts'
import kept from './seeds.json' with { type: 'json' }

/**
 * Requests that are wrong in every way, area by area, from seeds: never an internal error, always a Status, what is
 * stored stays whole, within a bounded time. Seeds that once found something are in seeds.json and fire first.
 */
const SHOTS = Number(process.env['PODO_SHOTS'] ?? 250)
let range: Range
beforeAll(async () => {
  range = await Range.open()
}, 60_000)
afterAll(() => range.close())

const seedsOf = (area: string): number[] => {
  const found: Readonly<Record<string, readonly number[]>> = kept
  return [...(found[area] ?? []), ...Array.from({ length: SHOTS }, (_, i) => i + 1)]
}

test.each(Object.keys(AREAS))(
  '[AP95] %s that are wrong are refused with a Status and harm nothing',
  async (area) => {
    const wrong: string[] = []
    for (const seed of seedsOf(area)) {
      const result = await range.fire(area, seed)
      if (result.wrong === undefined) continue
      const { method, path } = result.shot
      wrong.push(`seed ${seed}: ${method} ${path.slice(0, 200)}\n${result.wrong.slice(0, 1500)}`)
      if (wrong.length >= 5) break
    }
    expect(wrong.join('\n\n')).toBe('')
  },
  600_000,
)
