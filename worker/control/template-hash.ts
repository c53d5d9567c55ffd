import type { PodTemplateSpec } from '../../api/schema/types.generated.ts'

export const HASH_LABEL = 'pod-template-hash'

const SAFE = 'bcdfghjklmnpqrstvwxz2456789'

/**
 * The value of `pod-template-hash`: FNV-1a (32 bits) of the template and of the number of collisions met so far, as
 * decimal digits in an alphabet that spells no words. controller.ComputeHash and rand.SafeEncodeString; the value itself
 * is no contract of Kubernetes.
 */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const text = canonicalText(template) + (collisionCount === undefined ? '' : ` ${collisionCount}`)
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    if (unit > 0xff) hash = Math.imul(hash ^ (unit >> 8), 0x01000193)
  }
  return [...String(hash >>> 0)].map((digit) => SAFE[digit.charCodeAt(0) % SAFE.length]).join('')
}

/** Equal templates but for the hash label: EqualIgnoreHash. Both are defaulted and printed by the same table. */
export const sameTemplate = (a: PodTemplateSpec, b: PodTemplateSpec): boolean => equal(withoutHash(a), withoutHash(b))

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [x, y] = [Object.entries(a), new Map(Object.entries(b))]
  return x.length === y.size && x.every(([key, value]) => y.has(key) && equal(value, y.get(key)))
}

export function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {}
  return { ...template, metadata: { ...template.metadata, labels } }
}

/** JSON with sorted keys: the order in which a client wrote a map must not matter. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalText(field)}`).join(',')}}`
}
