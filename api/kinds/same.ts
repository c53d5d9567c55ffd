import { compareText } from '../meta/go-text.ts'

const nothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && Object.keys(value).length === 0)

/** `apiequality.Semantic.DeepEqual`: an empty list or map equals a missing one; the order of keys does not count. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (nothing(a) && nothing(b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((value, i) => same(value, b[i]))
  }
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>] // both are plain JSON objects
  return [...new Set([...Object.keys(x), ...Object.keys(y)])].every((key) => same(x[key], y[key]))
}

/** A map as Go's encoding/json prints it: keys sorted; a missing map is `null`. */
export function sortedMap<V>(map: Readonly<Record<string, V>> | undefined): Record<string, V> | null {
  if (map === undefined) return null
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => compareText(a, b)))
}
