import { goJson, goQuote } from './go-text.ts'

/** The kinds of violation, and the words that a person reads. */
const WORDS = {
  Required: 'Required value',
  Invalid: 'Invalid value',
  NotSupported: 'Unsupported value',
  Duplicate: 'Duplicate value',
  Forbidden: 'Forbidden',
  NotFound: 'Not found',
  TooLong: 'Too long',
  TooMany: 'Too many',
  TooFew: 'Too few',
  TypeInvalid: 'Invalid value',
  Internal: 'Internal error',
} as const

/**
 * One violation found by validation: `field.Error` of apimachinery. `value` is what the client sent (printed as Go prints
 * it); formatting to the wire text and to a cause lives in this file too, so that messages are made in one place.
 * https://pkg.go.dev/k8s.io/apimachinery/pkg/util/validation/field
 */
export interface FieldError {
  type: keyof typeof WORDS
  /** `spec.containers[0].ports[1].name`, map keys as `data[a b]`. */
  field: string
  value?: unknown
  detail: string
}

/**
 * Where in the object a value stands. A chain of nodes, turned into text only when there is an error to report, so that
 * validating a good object builds no strings.
 */
export class Path {
  readonly #parent: Path | undefined
  readonly #name: string
  readonly #position: number | string | undefined

  private constructor(parent: Path | undefined, name: string, position: number | string | undefined) {
    this.#parent = parent
    this.#name = name
    this.#position = position
  }

  static of(name: string): Path {
    return new Path(undefined, name, undefined)
  }
  child(name: string): Path {
    return new Path(this, name, undefined)
  }
  index(position: number): Path {
    return new Path(this, '', position)
  }
  key(key: string): Path {
    return new Path(this, '', key)
  }
  toString(): string {
    const before = this.#parent?.toString() ?? ''
    if (this.#position !== undefined) return `${before}[${this.#position}]`
    return before === '' ? this.#name : `${before}.${this.#name}`
  }
}

/** A path, or its text where a rule has it as a constant. */
export type At = Path | string

const made = (type: FieldError['type'], at: At, detail: string): FieldError => ({ type, field: at.toString(), detail })

export const required = (at: At, detail = ''): FieldError => made('Required', at, detail)
export const forbidden = (at: At, detail: string): FieldError => made('Forbidden', at, detail)
/** `value`: undefined (a nil pointer of Go) prints as `null`. */
export const invalidValue = (at: At, value: unknown, detail: string): FieldError => ({
  ...made('Invalid', at, detail),
  value: value ?? null,
})
/** `Invalid` of a whole struct that is not quoted (`field.OmitValueType`). */
export const invalidWhole = (at: At, detail: string): FieldError => made('Invalid', at, detail)
export const notFoundValue = (at: At, value: unknown): FieldError => ({
  ...made('NotFound', at, ''),
  value: value ?? null,
})
export const duplicate = (at: At, value: unknown): FieldError => ({
  ...made('Duplicate', at, ''),
  value: value ?? null,
})
export const internalError = (at: At, detail: string): FieldError => made('Internal', at, detail)

export function notSupported(at: At, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`
  return { ...made('NotSupported', at, detail), value: value ?? null }
}

/** `max` in bytes. */
export const tooLong = (at: At, max: number): FieldError =>
  made('TooLong', at, `may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`)

export const tooMany = (at: At, actual: number, max: number): FieldError => ({
  ...made('TooMany', at, `must have at most ${max} ${max === 1 ? 'item' : 'items'}`),
  value: actual,
})

/** One `Invalid` for each message of a name check. */
export const eachInvalid = (at: At, value: unknown, messages: readonly string[]): FieldError[] =>
  messages.map((message) => invalidValue(at, value, message))

function printed(value: unknown): string {
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return goJson(value)
}

const VALUELESS: ReadonlySet<FieldError['type']> = new Set(['Required', 'Forbidden', 'TooLong', 'Internal'])

/** What a cause carries: the error without its field (`field.Error.ErrorBody`). */
export function errorBody(error: FieldError): string {
  let text: string = WORDS[error.type]
  if (!VALUELESS.has(error.type) && error.value !== undefined) text += `: ${printed(error.value)}`
  return error.detail === '' ? text : `${text}: ${error.detail}`
}

/** `spec.replicas: Invalid value: -1: must be greater than or equal to 0`. */
export const formatFieldError = (error: FieldError): string => `${error.field}: ${errorBody(error)}`

/** `metav1.CauseType` of an error. */
export const causeReason = (type: FieldError['type']): string =>
  type === 'Internal' ? 'InternalError' : `FieldValue${type}`
