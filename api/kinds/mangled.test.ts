import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Json, JsonObject, Resource } from '../meta/object.ts'
import { StatusError } from '../meta/status-error.ts'
import { validateMeta } from '../meta/validate-meta.ts'
import { DecodeError, decode } from '../schema/decode.ts'
import { withDefaults } from '../schema/default.ts'
import { kindOfResource } from './index.ts'
import { admitted } from '../../test/support/admitted.ts'

interface Case {
  resource: string
  create?: JsonObject
}
const folder = new URL('testdata/', import.meta.url)
const lines = readdirSync(folder)
  .filter((name) => /^recorded.*\.jsonl$/.test(name))
  .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').trim().split('\n'))
const cases = lines.map((line) => JSON.parse(line) as Case).filter(({ create }) => create !== undefined)

/** mulberry32: the same histories in every run. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const REMAINS: readonly Json[] = [null, '', 0, -1, false, [], {}, [null], [{}], 'x']

/** The value with some of its parts lost or replaced by something that fits no rule. */
function mangle(value: Json, roll: () => number): Json {
  if (roll() < 0.04) return REMAINS[Math.floor(roll() * REMAINS.length)] ?? null
  if (Array.isArray(value)) return value.map((item) => mangle(item, roll))
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(() => roll() > 0.04)
  return Object.fromEntries(entries.map(([key, item]) => [key, mangle(item, roll)]))
}

test('[AP78] whatever decodes is judged, never tripped over', () => {
  const roll = dice(1)
  let judged = 0
  for (let round = 0; round < 20; round++) {
    for (const { resource, create = {} } of cases) {
      const kind = kindOfResource(resource)!
      const { apiVersion, kind: name } = { apiVersion: kind.apiVersion, kind: kind.kind }
      const body = { ...(mangle(create, roll) as JsonObject | null), apiVersion, kind: name }
      const context = { now: 0, operation: 'create' }
      try {
        const decoded = decode(kind.model, body).object
        const metadata = { name: '', ...(decoded['metadata'] as JsonObject | undefined), namespace: 'n' }
        let object = withDefaults(kind.model, { ...decoded, metadata }) as unknown as Resource
        object = admitted(kind, object)
        object = kind.rules.prepareCreate?.(object, context) ?? object
        validateMeta(object, undefined, kind)
        const errors = kind.rules.validate?.(object, context) ?? []
        kind.rules.warn?.(object)
        if (errors.length === 0) kind.rules.allocate?.(object, undefined, { list: () => [], dryRun: true })
        judged++
      } catch (error) {
        if (error instanceof DecodeError || error instanceof StatusError) continue
        throw new Error(`${resource}: ${JSON.stringify(body)}`, { cause: error })
      }
    }
  }
  expect(judged).toBeGreaterThan(500)
}, 60_000)
