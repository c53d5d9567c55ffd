import type { Json, JsonObject } from '../meta/object.ts'
import type { Describe, Description } from './descriptions.ts'
import type { Field, Model } from './schema.ts'
import { typeOf } from './table.ts'

/** The two languages in which a type is published: swagger 2.0 at /openapi/v2, OpenAPI 3.0 at /openapi/v3. */
export type Dialect = 'v2' | 'v3'

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}
/** `kind` models of the document, with the kinds that they stand for. */
export type PublishedKinds = ReadonlyMap<string, readonly GroupVersionKind[]>

const PREFIX: Record<Dialect, string> = { v2: '#/definitions/', v3: '#/components/schemas/' }

/** How the special types look; the JSON-Schema types of CustomResourceDefinitions are any value. */
const SPECIALS: Record<string, Record<Dialect, JsonObject>> = {
  quantity: { v2: { type: 'string' }, v3: { oneOf: [{ type: 'string' }, { type: 'number' }] } },
  'int-or-string': {
    v2: { type: 'string', format: 'int-or-string' },
    v3: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  },
}

/** A reference to a published model. */
export const refTo = (model: string, dialect: Dialect): JsonObject => ({ $ref: PREFIX[dialect] + model })

/** The models, and every model that their fields lead to, sorted by name. */
export function reachable(models: Iterable<string>): string[] {
  const found = new Set<string>()
  const visit = (field: Field | undefined): void => {
    if (field === undefined) return
    if (field.ref !== undefined && !found.has(field.ref)) {
      found.add(field.ref)
      const model = typeOf(field.ref)
      visit({ ...(model.items && { items: model.items }), ...(model.map && { map: model.map }) })
      for (const member of Object.values(model.fields ?? {})) visit(member)
    }
    visit(field.items)
    visit(field.map)
  }
  for (const model of models) visit({ ref: model })
  return [...found].sort()
}

/** Schemas of the models by name, with `x-kubernetes-group-version-kind` where a model is that of a kind. */
export function schemasOf(
  models: readonly string[],
  kinds: PublishedKinds,
  dialect: Dialect,
  describe: Describe,
): JsonObject {
  const schemas = models.map((model) => [model, modelSchema(model, kinds.get(model) ?? [], dialect, describe(model))])
  return Object.fromEntries(schemas) as JsonObject
}

function modelSchema(
  name: string,
  kinds: readonly GroupVersionKind[],
  dialect: Dialect,
  about: Description,
): JsonObject {
  const model = typeOf(name)
  const special = SPECIALS[model.special ?? '']
  const schema = {
    ...described(about.text),
    ...(special === undefined ? typeSchema(model, dialect, about) : special[dialect]),
  }
  if (kinds.length === 0) return schema
  return {
    ...schema,
    'x-kubernetes-group-version-kind': kinds.map(({ group, kind, version }) => ({ group, kind, version })),
  }
}

const described = (text: string | undefined): JsonObject =>
  text === undefined || text === '' ? {} : { description: text }

function typeSchema(model: Model, dialect: Dialect, about: Description): JsonObject {
  if (model.fields === undefined) return fieldSchema(model, dialect)
  const fields = Object.entries(model.fields)
  const required = fields.filter(([, field]) => field.req === 1).map(([name]) => name)
  return {
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    ...(fields.length === 0
      ? {}
      : {
          properties: Object.fromEntries(
            fields.map(([name, field]) => [name, fieldSchema(field, dialect, about.fields[name])]),
          ),
        }),
    ...extensions(model),
    ...unions(model),
  }
}

function fieldSchema(field: Field, dialect: Dialect, text?: string): JsonObject {
  const aspects: JsonObject = {
    ...described(text),
    ...(dialect === 'v3' ? defaults(field) : {}),
    ...extensions(field),
  }
  if (field.ref !== undefined) {
    const ref = refTo(field.ref, dialect)
    // OpenAPI 3.0 ignores what stands beside a $ref.
    return dialect === 'v3' && Object.keys(aspects).length > 0 ? { ...aspects, allOf: [ref] } : { ...aspects, ...ref }
  }
  if (field.items !== undefined) return { ...aspects, type: 'array', items: fieldSchema(field.items, dialect) }
  if (field.map !== undefined) {
    return { ...aspects, type: 'object', additionalProperties: fieldSchema(field.map, dialect) }
  }
  return {
    ...aspects,
    ...(field.t === undefined ? {} : { type: field.t }),
    ...(field.f === undefined ? {} : { format: field.f }),
    ...(field.enum === undefined ? {} : { enum: field.enum }),
  }
}

/**
 * A struct that is no pointer and has no JSON form of its own is printed as `{}` (`mustEnforceDefault` of kube-openapi's
 * generator). Swagger 2.0 tells no defaults (`PruneDefaults`).
 */
function defaults(field: Field): JsonObject {
  // The table's defaults are JSON: they come from published schemas.
  if (field.def !== undefined) return { default: field.def as Json }
  return field.ref !== undefined && field.z === '{}' ? { default: {} } : {}
}

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy and the patch strategies. */
function extensions(field: Field): JsonObject {
  return {
    ...(field.lk === undefined ? {} : { 'x-kubernetes-list-map-keys': field.lk }),
    ...(field.lt === undefined ? {} : { 'x-kubernetes-list-type': field.lt }),
    ...(field.mt === undefined ? {} : { 'x-kubernetes-map-type': field.mt }),
    ...(field.mk === undefined ? {} : { 'x-kubernetes-patch-merge-key': field.mk }),
    ...(field.ps === undefined ? {} : { 'x-kubernetes-patch-strategy': field.ps }),
    ...(field.ios === 1 ? { 'x-kubernetes-int-or-string': true } : {}),
    ...(field.puf === 1 ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(field.er === 1 ? { 'x-kubernetes-embedded-resource': true } : {}),
  }
}

interface Union {
  disc?: string
  fields: Record<string, string>
}
function unions(model: Model): JsonObject {
  // A key of some rows that the shared Model does not name.
  const list = (model as { unions?: Union[] }).unions
  if (list === undefined) return {}
  return {
    'x-kubernetes-unions': list.map(({ disc, fields }) => ({
      ...(disc === undefined ? {} : { discriminator: disc }),
      'fields-to-discriminateBy': fields,
    })),
  }
}
