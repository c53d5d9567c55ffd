import { compareText } from '../meta/go-text.ts'
import types from './internal-types.json' with { type: 'json' }

/**
 * Values as Go's encoding/json prints Kubernetes' *internal* types: Go's field names, everything printed that is unset.
 * Validation messages quote structs so, and the diff of a forbidden Pod update compares two of these texts.
 *
 * `internal-types.json` names the fields of every type that a PodSpec is made of, in Go's order: `GoName:jsonName:code`.
 * Codes: `s` text, `i` number, `b` bool, `q` quantity, `x` int-or-string, `n` a leaf that is null when unset, `m` a map,
 * `L` a LabelSelector, `M` inlined ObjectMeta, else a type (`T` in place, `*T` a pointer, `[]T` a list).
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/types.go
 */

interface FieldOf {
  readonly name: string
  readonly json: string
  readonly code: string
}
type Fields = readonly FieldOf[]
type Anything = Readonly<Record<string, unknown>>

const parsed = new Map<string, Fields>()

function fieldsOf(type: string): Fields {
  const known = parsed.get(type)
  if (known !== undefined) return known
  const text: string | undefined = (types as Readonly<Record<string, string>>)[type] // keys are checked right here
  if (text === undefined) throw new Error(`no internal type ${type}`)
  const fields = text.split(' ').map((field) => {
    const [name = '', json = '', code = ''] = field.split(':')
    return { name, json, code }
  })
  parsed.set(type, fields)
  return fields
}

const isObject = (value: unknown): value is Anything =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function sorted(value: unknown): unknown {
  if (!isObject(value)) return value ?? null
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compareText(a, b)))
}

function selector(value: unknown): unknown {
  if (!isObject(value)) return null
  const { matchLabels, matchExpressions } = value
  return {
    ...(matchLabels === undefined ? {} : { matchLabels: sorted(matchLabels) }),
    ...(matchExpressions === undefined ? {} : { matchExpressions }),
  }
}

const ZERO: Readonly<Record<string, unknown>> = { s: '', i: 0, b: false, q: '0', x: 0 }

function printed(code: string, value: unknown): unknown {
  if (code in ZERO) return value ?? ZERO[code]
  if (code === 'n') return value ?? null
  if (code === 'm') return sorted(value)
  if (code === 'L') return selector(value)
  if (code.startsWith('[]')) return Array.isArray(value) ? value.map((item) => printed(code.slice(2), item)) : null
  if (code.startsWith('*')) return isObject(value) ? struct(code.slice(1), value) : null
  return struct(code, isObject(value) ? value : {})
}

function struct(type: string, value: Anything): object {
  const result: Record<string, unknown> = {}
  for (const { name, json, code } of fieldsOf(type)) {
    if (code === 'M') Object.assign(result, value['metadata'])
    else
      result[name] = printed(code, json === 'securityContext' && type === 'PodSpec' ? podContext(value) : value[json])
  }
  return result
}

/** Internally the machine's namespaces are part of a Pod's security context. */
const HOST = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers']
const podContext = (spec: Anything): Anything => ({
  ...(isObject(spec['securityContext']) ? spec['securityContext'] : {}),
  ...Object.fromEntries(HOST.map((field) => [field, spec[field]])),
})

/** The value in the order and with the names of the internal type, ready for `goJson`. */
export const internal = (type: string, value: object): object => struct(type, { ...value })
