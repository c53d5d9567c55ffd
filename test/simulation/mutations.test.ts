import { expect, test } from 'vitest'
import { live } from './history.ts'
import { MUTATIONS } from './mutations.ts'

const HISTORIES = 120
const STEPS = 200

test.for(Object.entries(MUTATIONS))('[CT40] the simulation catches %s', { timeout: 120_000 }, ([, mutation]) => {
  const caught = Array.from({ length: HISTORIES }, (_, seed) => seed).find(
    (seed) => live(seed, STEPS, mutation).problems.length > 0,
  )
  expect(caught).toBeDefined()
})
