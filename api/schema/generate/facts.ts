/** The shapes of the facts that the generator reads; see `api/schema/schema.ts` for the meaning of the keys. */
export interface FieldFact {
  t?: string
  f?: string
  ref?: string
  items?: FieldFact
  map?: FieldFact
  req?: 1
  def?: unknown
  enum?: string[]
  known?: string[]
  lt?: string
  lk?: string[]
  mt?: string
  ps?: string
  mk?: string
  z?: string
  go?: string
}
export interface TypeFact extends FieldFact {
  fields?: Record<string, FieldFact>
  special?: string
  unions?: unknown[]
  oneOf?: string[]
}
export type MessageFact = [number, string, string | ['map', string, string], string?][]
export interface SchemaFacts {
  kubernetes: string
  types: Record<string, TypeFact>
  messages: Record<string, MessageFact>
}
export interface GroupVersionKind {
  group: string
  version: string
  kind: string
}
export interface ResourceFact extends GroupVersionKind {
  subresources?: (GroupVersionKind & { name: string; verbs: string[] })[]
  storage?: Record<string, unknown>
  [key: string]: unknown
}
export interface ResourcesFacts {
  kubernetes: string
  resources: ResourceFact[]
}
export interface ColumnsFacts {
  kinds: unknown[]
  [key: string]: unknown
}

/**
 * Go's view of one field, which OpenAPI does not tell: `p` it is a pointer, `g` its type as Go prints it where that does
 * not follow from the field's shape. `api/schema/generate/table/go-fields.json`, made by `go-fields.ts`.
 */
export interface GoField {
  p?: 1
  g?: string
}
export type GoFields = Record<string, Record<string, GoField>>

/** The last word of a model's name: `io.k8s.api.core.v1.Pod` → `Pod`. */
export const shortName = (model: string): string => model.slice(model.lastIndexOf('.') + 1)
