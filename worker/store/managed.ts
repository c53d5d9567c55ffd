import type { Resource } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'

/**
 * managedFields taken out of a text and put back. The objects of a controller have the same owners of the same fields
 * and differ in times, addresses and the uid of their owner only. So what is taken out is a body with holes, which they
 * share, and what stands in the holes.
 */

/** A text without its managedFields, which stood at `at`. */
export interface Extracted {
  readonly text: string
  readonly at: number
  /** The JSON of the list with holes: TIME and PLACE, characters that JSON escapes. */
  readonly body: string
  /** One for each hole: seconds in base 36, or `OFFSET.LENGTH` of the text in base 36, or the text itself. */
  readonly holes: readonly string[]
}

const TIME = '\u0001'
const PLACE = '\u0002'
const SECONDS = 1000

/** Keys of items that differ from object to object: addresses, uids. */
const CHANCE = /("time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")|(\{\\"(?:ip|uid)\\":\\")([\da-zA-Z.:-]+)(?=\\"\})/g

/** What stands at `at` of the full text, given how the text without it looks there. */
function fragment(without: string, at: number, body: string): string {
  if (without[at - 1] !== '{') return `,"managedFields":${body}`
  return `"managedFields":${body}${without[at] === '}' ? '' : ','}`
}

/** Takes metadata.managedFields out of `json`, which is the text of `object`; undefined where there are none. */
export function extract(object: Resource, json: string): Extracted | undefined {
  const fields = object.metadata.managedFields
  if (fields === undefined || fields.length === 0) return undefined
  const at = JSON.stringify(upToManagedFields(object)).length - 2
  const whole = JSON.stringify(fields)
  const length = whole.length + ',"managedFields":'.length
  const first = json[at - 1] === '{'
  const last = json[at + length - 1] === '}'
  const cut = first && last ? length - 1 : length
  const text = json.slice(0, at) + json.slice(at + cut)
  return { text, at, ...withHoles(whole, text) }
}

function withHoles(whole: string, text: string): Pick<Extracted, 'body' | 'holes'> {
  const holes: string[] = []
  const body = whole.replace(CHANCE, (found: string, time?: string, before = '', chance = '') => {
    if (time === undefined) {
      holes.push(placeOf(chance, text))
      return before + PLACE
    }
    const said = time.slice('"time":"'.length, -1)
    const at = Date.parse(said)
    if (Number.isNaN(at) || rfc3339(at) !== said) return found
    holes.push((at / SECONDS).toString(36))
    return `"time":"${TIME}"`
  })
  return { body, holes }
}

/** Where a text stands in the object's own, if that is shorter to say. Places begin with `@`, which no address does. */
function placeOf(chance: string, text: string): string {
  const at = text.indexOf(chance)
  if (at < 0) return chance
  const place = `@${at.toString(36)}.${chance.length.toString(36)}`
  return place.length < chance.length ? place : chance
}

/** Puts them back: the text that `extract` was given. */
export function splice({ text, at, body, holes }: Extracted): string {
  if (holes.length === 0) return text.slice(0, at) + fragment(text, at, body) + text.slice(at)
  let next = 0
  let whole = ''
  let from = 0
  for (let i = 0; i < body.length; i++) {
    const code = body.charCodeAt(i)
    if (code > 2) continue
    whole += body.slice(from, i) + filling(code === 1, holes[next++] ?? '', text)
    from = i + 1
  }
  whole += body.slice(from)
  return text.slice(0, at) + fragment(text, at, whole) + text.slice(at)
}

function filling(isTime: boolean, hole: string, text: string): string {
  if (isTime) return rfc3339(Number.parseInt(hole, 36) * SECONDS)
  if (!hole.startsWith('@')) return hole
  const [at = '', length = ''] = hole.slice(1).split('.')
  const start = Number.parseInt(at, 36)
  return text.slice(start, start + Number.parseInt(length, 36))
}

/** The object as far as its text stands before managedFields. */
function upToManagedFields(object: Resource): object {
  const before = (value: object, stop: string): [string, unknown][] => {
    const entries = Object.entries(value)
    return entries.slice(
      0,
      entries.findIndex(([key]) => key === stop),
    )
  }
  const metadata = Object.fromEntries(before(object.metadata, 'managedFields'))
  return Object.fromEntries([...before(object, 'metadata'), ['metadata', metadata]])
}
