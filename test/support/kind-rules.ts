import { kindOfResource } from '../../api/kinds/index.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import { formatFieldError } from '../../api/meta/field-error.ts'
import type { JsonObject, Resource } from '../../api/meta/object.ts'
import { validateMeta } from '../../api/meta/validate-meta.ts'
import { withDefaults } from '../../api/schema/default.ts'

/** What a kind says of an object, with its defaults and prepared, without a cluster around it. */

const NOW = Date.parse('2026-11-24T04:53:56Z')
const META = { name: 'x', namespace: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-11-24T04:53:56Z' }

export function kindNamed(resource: string): Kind {
  const kind = kindOfResource(resource)
  if (kind === undefined) throw new Error(`no kind ${resource}`)
  return kind
}

export function objectOf(kind: Kind, body: JsonObject): Resource {
  const { namespace, ...rest } = META
  const own = kind.namespaced ? { ...rest, namespace } : rest
  const metadata = { ...own, ...(body['metadata'] as JsonObject | undefined) } // the body is a test's own
  const whole = { ...body, apiVersion: kind.apiVersion, kind: kind.kind, metadata }
  return withDefaults(kind.model, whole) as unknown as Resource // a body of the kind, with metadata
}

/** A new object as it would be stored, and what its writer is warned of. */
export function made(resource: string, body: JsonObject): { object: Resource; warnings: string[] } {
  const kind = kindNamed(resource)
  const warnings: string[] = []
  const object = objectOf(kind, body)
  const ready = kind.rules.prepareCreate?.(object, { now: NOW, operation: 'create', warnings }) ?? object
  return { object: ready, warnings: [...warnings, ...(kind.rules.warn?.(ready) ?? [])] }
}

/** What is wrong with a new object, each sentence once. */
export function wrong(resource: string, body: JsonObject): string[] {
  const kind = kindNamed(resource)
  const { object } = made(resource, body)
  const errors = [
    ...validateMeta(object, undefined, kind),
    ...(kind.rules.validate?.(object, { now: NOW, operation: 'create' }) ?? []),
  ]
  return [...new Set(errors.map(formatFieldError))]
}

/** What is wrong with a change. */
export function refused(resource: string, before: JsonObject, after: JsonObject, operation = 'update'): string[] {
  const { rules, ...kind } = kindNamed(resource)
  const context = { now: NOW, operation }
  const old = objectOf({ ...kind, rules }, before)
  const object = objectOf({ ...kind, rules }, after)
  const ready = rules.prepareUpdate?.(object, old, context) ?? object
  const errors =
    operation === 'status'
      ? (rules.validateStatus?.(ready, old) ?? [])
      : [...(rules.validate?.(ready, context, old) ?? []), ...(rules.validateUpdate?.(ready, old, context) ?? [])]
  return [...new Set(errors.map(formatFieldError))]
}
