import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../meta/object.ts'
import { isJsonObject } from '../json-value.ts'
import { fieldsOf } from './owned.ts'
import { difference, isEmpty, pathText, paths } from './set.ts'
import { Live } from './testdata/live.ts'

/** Numbers from a seed: https://en.wikipedia.org/wiki/Linear_congruential_generator */
class Chance {
  #state: number
  constructor(seed: number) {
    this.#state = seed
  }
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * limit)
  }
  some<T>(of: readonly T[]): T[] {
    return of.filter(() => this.below(2) === 0)
  }
}

/** A field that is there by chance; what is empty is left out, for it is printed as nothing. */
function maybe(chance: Chance, name: string, make: () => Json): JsonObject {
  if (chance.below(2) === 0) return {}
  const value = make()
  const isNothing = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return isNothing ? {} : { [name]: value }
}

/** Part of a Deployment: maps, lists by keys within lists by keys, sets, atomic and plain values. */
function part(chance: Chance, names: readonly string[], plain = true): JsonObject {
  const value = (): string => String(chance.below(3))
  const map = (): JsonObject => Object.fromEntries(chance.some(names).map((name) => [name, value()]))
  const containers = (): Json[] =>
    chance.some(names).map((name) => ({
      name,
      ...maybe(chance, 'image', value),
      ...maybe(chance, 'env', () => chance.some(names).map((name) => ({ name, value: value() }))),
      ...maybe(chance, 'command', () => chance.some(names)),
    }))
  return {
    metadata: {
      ...maybe(chance, 'labels', map),
      ...maybe(chance, 'finalizers', () => chance.some(names).map((name) => `x/${name}`)),
    },
    spec: {
      ...(plain ? maybe(chance, 'minReadySeconds', () => chance.below(3) + 1) : {}),
      ...(plain ? maybe(chance, 'selector', () => ({ matchLabels: { a: value() } })) : {}),
      template: {
        metadata: maybe(chance, 'annotations', map),
        spec: { ...maybe(chance, 'containers', containers), ...(plain ? maybe(chance, 'nodeSelector', map) : {}) },
      },
    },
  }
}

const NAMES = ['a', 'b', 'c']
const SEEDS = Array.from({ length: 25 }, (_, seed) => seed + 1)
const deployment = (): Live => new Live('apps.v1.Deployment', 'apps/v1')

/** What a whole write says of itself, times left out. */
const untimed = (live: Live): Json[] => [live.object ?? null, ...live.entries.map((entry) => ({ ...entry, time: '' }))]

/** Lists of items in the order of their names: who came first does not count. */
function unordered(value: Json): Json {
  if (Array.isArray(value))
    return value.map(unordered).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unordered(inner)]))
}

test.each(SEEDS)('[AP173] seed %d: to apply twice is to apply once', (seed) => {
  const chance = new Chance(seed)
  const live = deployment()
  for (let step = 0; step < 12; step++) {
    const said = part(chance, NAMES)
    const manager = `m${chance.below(3)}`
    if (chance.below(4) === 0) live.update('u', { ...part(chance, NAMES) })
    live.apply(manager, said, true)
    const once = untimed(live)
    live.apply(manager, said, true)
    expect(untimed(live)).toEqual(once)
  }
})

test.each(SEEDS)('[AP173] seed %d: nobody owns what is not there, and no entry is empty', (seed) => {
  const chance = new Chance(seed)
  const live = deployment()
  for (let step = 0; step < 20; step++) {
    if (chance.below(2) === 0) live.apply(`m${chance.below(3)}`, part(chance, NAMES), chance.below(2) === 0)
    else live.update(`u${chance.below(2)}`, part(chance, NAMES))
    const there = fieldsOf(live.versions.type, live.object ?? {})
    for (const { manager, fields } of live.owners.values()) {
      expect(isEmpty(fields)).toBe(false)
      // A map or struct that is named itself may be empty by now and not be printed; a leaf may not be missing.
      const missing = [...paths(difference(fields, there))].map(pathText).filter((path) => !HOLDS_OTHERS.test(path))
      expect([manager, missing]).toEqual([manager, []])
    }
  }
})
const HOLDS_OTHERS = /\.(?:annotations|labels|finalizers|containers|env|nodeSelector|spec|template|metadata)$/

test.each(SEEDS)('[AP173] seed %d: appliers of different things come to the same in any order', (seed) => {
  const chance = new Chance(seed)
  const parts = [['a'], ['b'], ['c']].map((names) => part(chance, names, false))
  const made = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ].map((order) => {
    const live = deployment()
    for (const at of order) expect(live.apply(`m${at}`, parts[at] ?? {})).toEqual([])
    return [live.object ?? null, live.owned].map((value) => unordered(value as Json))
  })
  expect(made[1]).toEqual(made[0])
  expect(made[2]).toEqual(made[0])
})
