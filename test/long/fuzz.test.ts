import { afterAll, beforeAll, expect, test } from 'vitest'
import { AREAS } from '../fuzz/areas.ts'
import { Range } from '../fuzz/fire.ts'

/** As test/fuzz/fuzz.test.ts, with other seeds each time and many more of them; what is found goes into its seeds.json. */
const SHOTS = Number(process.env['PODO_SHOTS'] ?? 10_000)
const FIRST = Number(process.env['PODO_SEED'] ?? Date.now() % 1_000_000_000)
let range: Range
beforeAll(async () => {
  range = await Range.open()
}, 60_000)
afterAll(() => range.close())

test.each(Object.keys(AREAS))(
  '[AP95] thousands of %s that are wrong harm nothing',
  async (area) => {
    const wrong: number[] = []
    for (let seed = FIRST; seed < FIRST + SHOTS && wrong.length < 20; seed++) {
      if ((await range.fire(area, seed)).wrong !== undefined) wrong.push(seed)
    }
    expect(wrong).toEqual([])
  },
  3_600_000,
)
