import type { Json, JsonObject } from '../../api/meta/object.ts'
import type { Chance } from '../simulation/chance.ts'

/** Values that programs trip over. */
const NASTY: readonly Json[] = [
  null,
  '',
  ' ',
  0,
  -1,
  1e308,
  -1e308,
  2 ** 63,
  2 ** 31,
  -(2 ** 31) - 1,
  0.1,
  true,
  false,
  [],
  {},
  [[]],
  [{}],
  [null],
  '\u0000',
  '\ud800',
  '\u202e\u200b',
  '𝕏🙂',
  'constructor',
  '__proto__',
  'x'.repeat(5000),
  '../../etc',
  '%2e%2e',
  '$patch',
  '1e400',
  'NaN',
  '10Gi',
  '-5m',
  '1.1.1.1',
  '::1',
  '2020-13-45T99:99:99Z',
  '2020-01-01T00:00:00Z',
  'Infinity',
  '{{}}',
]
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  'a/b',
  '~0',
  '~1',
  '$patch',
  'x.y',
  '\u0000',
  'f:x',
]

/** A copy of a value in which something, somewhere, is not as it was. */
export function mutated(chance: Chance, value: Json): Json {
  if (chance.maybe(0.15)) return chance.pick(NASTY) ?? null
  if (Array.isArray(value)) return mutatedList(chance, value)
  if (typeof value === 'object' && value !== null) return mutatedObject(chance, value)
  if (typeof value === 'string') return mutatedText(chance, value)
  if (typeof value === 'number')
    return chance.pick([value + 1, -value, value * 1e9, value + 0.5, String(value)]) ?? value
  return chance.pick(NASTY) ?? null
}

function mutatedList(chance: Chance, list: readonly Json[]): Json {
  const at = chance.int(0, Math.max(0, list.length - 1))
  const item = list[at]
  if (item === undefined) return [chance.pick(NASTY) ?? null]
  switch (chance.int(0, 4)) {
    case 0:
      return [...list, item]
    case 1:
      return list.toSpliced(at, 1)
    case 2:
      return list.toReversed()
    case 3:
      return Array.from({ length: chance.int(2, 300) }, () => item)
    default:
      return list.with(at, mutated(chance, item))
  }
}

function mutatedObject(chance: Chance, object: JsonObject): Json {
  const key = chance.pick(Object.keys(object))
  const value = key === undefined ? undefined : object[key]
  if (key === undefined || value === undefined) return { [chance.pick(KEYS) ?? 'a']: chance.pick(NASTY) ?? null }
  const { [key]: _, ...rest } = object
  switch (chance.int(0, 9)) {
    case 0:
      return rest
    case 1:
      return { ...rest, [chance.pick(KEYS) ?? 'a']: value }
    case 2:
      return own({ ...object }, chance.pick(KEYS) ?? 'a', chance.pick(NASTY) ?? null)
    case 3:
      return { ...object, [key.toUpperCase()]: value }
    default:
      return { ...object, [key]: mutated(chance, value) }
  }
}

/** Sets a member that is really there, `__proto__` too. */
function own(object: JsonObject, key: string, value: Json): JsonObject {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  return object
}

export function mutatedText(chance: Chance, text: string): string {
  const at = chance.int(0, text.length)
  const odd =
    chance.pick(['\u0000', '/', '..', '%', '"', '\\', ' ', '\n', 'é', '🙂', '\ud800', '=', ',', '(', '-', '!']) ?? ''
  switch (chance.int(0, 4)) {
    case 0:
      return text.slice(0, at) + odd + text.slice(at)
    case 1:
      return text.slice(0, at)
    case 2:
      return text.repeat(chance.int(2, 200)).slice(0, 20_000)
    case 3:
      return text.toUpperCase()
    default:
      return text.slice(0, at) + text.slice(at + 1)
  }
}

/** Bytes of a text or of a binary body, some of them others. */
export function mutatedBytes(chance: Chance, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes)
  for (let i = chance.int(1, 8); i > 0 && copy.length > 0; i--)
    copy[chance.int(0, copy.length - 1)] = chance.int(0, 255)
  const cut = chance.int(0, copy.length)
  if (chance.maybe(0.2)) return copy.slice(0, cut)
  return chance.maybe(0.2) ? Uint8Array.from([...copy, ...copy.slice(cut)]) : copy
}
