import type { Json } from '../meta/object.ts'
import { compareText } from '../meta/go-text.ts'
import { isJsonObject } from './json-value.ts'

/**
 * Prints a JSON value as Go's `fmt.Sprintf("%v")` prints the `map[string]interface{}` that it decodes to: several texts
 * of the API quote patches in this form. Keys are sorted by bytes. https://pkg.go.dev/fmt
 */
export function goText(value: Json): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort(compareText)
      .map((key) => `${key}:${goText(value[key]!)}`)
    return `map[${members.join(' ')}]`
  }
  return typeof value === 'number' ? goNumber(value) : String(value)
}

/** Integers decode to int64, everything else to float64, printed like `%g` with exponents of at least two digits. */
function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString()
  const size = Math.abs(value)
  const text = size >= 1e-4 && size < 1e21 ? String(value) : value.toExponential()
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

/** How Go's `encoding/json` names the type of a value in `cannot unmarshal … into`. */
export function goJsonType(value: Json): string {
  if (Array.isArray(value)) return 'array'
  if (value === null) return 'null'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** How `%s` prints `reflect.TypeOf` of a decoded value. */
export function goReflectType(value: Json): string {
  if (value === null) return '%!s(<nil>)'
  if (Array.isArray(value)) return '[]interface {}'
  if (isJsonObject(value)) return 'map[string]interface {}'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  return Number.isInteger(value) ? 'int64' : 'float64'
}
