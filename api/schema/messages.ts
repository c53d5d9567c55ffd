import messages from './table/messages.json' with { type: 'json' }
import { UnknownModelError } from './table.ts'

/** One field of a protobuf message, with the name of the JSON field that it carries. */
export interface MessageField {
  readonly number: number
  readonly name: string
  /** `string`, `bytes`, `bool`, `int32`, `int64`, `double`, or a model. Of a map, the type of its values. */
  readonly type: string
  readonly isMap: boolean
  readonly isRepeated: boolean
  /** A Go struct embedded in its parent: its fields stand in the parent's JSON object. */
  readonly isInline: boolean
}
export interface Message {
  /** In the order of their numbers, as the server writes them. */
  readonly fields: readonly MessageField[]
  readonly byNumber: ReadonlyMap<number, MessageField>
}

/** The generator writes one text a model: `1 metadata apimachinery.…ObjectMeta,2 data {}string`. */
const rows: Record<string, string> = messages
const PREFIX = 'io.k8s.'
const known = new Map<string, Message>()

/** The message of a model. Throws UnknownModelError where a model has no protobuf form. */
export function messageOf(model: string): Message {
  const found = known.get(model)
  if (found !== undefined) return found
  const row = rows[model.startsWith(PREFIX) ? model.slice(PREFIX.length) : model]
  if (row === undefined) throw new UnknownModelError(model)
  const fields = row === '' ? [] : row.split(',').map(fieldOf)
  fields.sort((a, b) => a.number - b.number)
  const message = { fields, byNumber: new Map(fields.map((field) => [field.number, field])) }
  known.set(model, message)
  return message
}

function fieldOf(text: string): MessageField {
  const [number = '', name = '', type = '', flags = ''] = text.split(' ')
  const isMap = type.startsWith('{}')
  const value = isMap ? type.slice(2) : type
  return {
    number: Number(number),
    name,
    type: value.includes('.') ? PREFIX + value : value,
    isMap,
    isRepeated: flags.includes('r'),
    isInline: flags.includes('i'),
  }
}
