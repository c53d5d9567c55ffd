import { goQuote } from '../../meta/go-text.ts'
import type { Json, JsonObject } from '../../meta/object.ts'
import { goReflectType, goText } from '../go-print.ts'
import { isJsonObject } from '../json-value.ts'
import { elementText, field } from './element.ts'
import { itemElement, NoElement } from './items.ts'
import { deduce, type ListType, type MapType, memberType, type ScalarType, type Type } from './type.ts'

/** An object does not fit its type. The message is what structured-merge-diff says of all that is wrong. */
export class TypedError extends Error {}

interface Fault {
  readonly path: string
  readonly message: string
}

/** Checks an applied object: its types, its fields, its keys, none twice. Model: `TypedValue.Validate`. */
export function validate(type: Type, object: JsonObject): void {
  const faults = faultsOf(type, object, '')
  if (faults.length === 0) return
  const texts = faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  throw new TypedError(texts.length === 1 ? texts[0] : ['errors:', ...texts.map((text) => `  ${text}`)].join('\n'))
}

function faultsOf(type: Type, value: Json, path: string): Fault[] {
  const { map, scalar, list } = deduce(type, value)
  const wrong = (message: string): Fault[] => [{ path, message }]
  if (map !== undefined) {
    if (value === null) return []
    return isJsonObject(value) ? members(map, value, path) : wrong(`expected map, got ${pointerText(value)}`)
  }
  if (scalar !== undefined) {
    const message = scalarFault(scalar, value)
    return message === undefined ? [] : wrong(message)
  }
  if (list === undefined || value === null) return []
  return Array.isArray(value) ? items(list, value, path) : wrong(`expected list, got ${pointerText(value)}`)
}

function members(map: MapType, value: JsonObject, path: string): Fault[] {
  const faults: Fault[] = []
  for (const [name, inner] of Object.entries(value)) {
    const type = memberType(map, name)
    const at = path + elementText(field(name))
    // The first name that is not declared ends the struct.
    if (type === undefined) return [...faults, { path: at, message: 'field not declared in schema' }]
    faults.push(...faultsOf(type, inner, at))
  }
  return faults
}

function items(list: ListType, value: readonly Json[], path: string): Fault[] {
  const faults: Fault[] = []
  const seen = new Set<string>()
  for (const [i, item] of value.entries()) {
    if (list.relation === 'atomic') {
      faults.push(...faultsOf(list.element, item, `${path}[${i}]`))
      continue
    }
    try {
      const element = itemElement(list, item)
      const text = elementText(element)
      if (seen.has(element)) faults.push({ path, message: `duplicate entries for key ${text}` })
      seen.add(element)
      faults.push(...faultsOf(list.element, item, path + text))
    } catch (error) {
      if (!(error instanceof NoElement)) throw error
      return [...faults, { path, message: `element ${i}: ${error.message}` }]
    }
  }
  return faults
}

function scalarFault(type: ScalarType, value: Json): string | undefined {
  if (value === null) return undefined
  switch (type) {
    case 'numeric':
      return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goReflectType(value)}`
    case 'string':
      return typeof value === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got ${pointerText(value)}`
    case 'untyped':
      return typeof value === 'object' ? `expected any scalar, got ${pointerText(value)}` : undefined
  }
}

/** `%v` of a pointer to the struct that holds a value. */
const pointerText = (value: Json): string => `&{${goText(value)}}`

/** `%#v`: https://pkg.go.dev/fmt. */
function goSyntax(value: Json): string {
  if (value === null) return 'interface {}(nil)'
  if (typeof value === 'string') return goQuote(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isJsonObject(value)) return goText(value)
  const keys = Object.keys(value).sort()
  return `map[string]interface {}{${keys.map((key) => `${goQuote(key)}:${goSyntax(value[key] ?? null)}`).join(', ')}}`
}
