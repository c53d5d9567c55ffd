import type { Json, JsonObject, Resource } from '../meta/object.ts'
import descriptions from './columns/descriptions.json' with { type: 'json' }
import { CLUSTER } from './columns/cluster.ts'
import { CORE } from './columns/core-group.ts'
import { CREATED_AT, NAME, textAt, type Column } from './columns/formula.ts'
import { WORKLOADS } from './columns/workloads.ts'

/** metav1.TableColumnDefinition. https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
export interface ColumnDefinition {
  readonly name: string
  readonly type: string
  /** `name` marks the column that identifies the row. */
  readonly format: string
  readonly description: string
  /** 1 for what `kubectl get -o wide` adds. */
  readonly priority: number
}

const TABLES: Readonly<Record<string, Column[]>> = { ...CORE, ...WORKLOADS, ...CLUSTER }
/** What a server prints of a kind for which it has no printer: rest.NewDefaultTableConvertor. */
const GENERIC: Column[] = [NAME, CREATED_AT]

const columnsFor = (model: string): Column[] => TABLES[model.replace(/^io\.k8s\./, '')] ?? GENERIC

/** What the printers of Kubernetes (pkg/printers/internalversion) say of columns, by model; under no model, of all. */
const DESCRIPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = descriptions

/** The columns of a kind, as they stand in a Table's `columnDefinitions`. */
export function columnsOf(model: string): ColumnDefinition[] {
  const about = { ...DESCRIPTIONS[''], ...DESCRIPTIONS[model.replace(/^io\.k8s\./, '')] }
  return columnsFor(model).map(({ name, type, format, priority }) => ({
    name,
    type,
    format,
    description: about[name] ?? '',
    priority,
  }))
}

/** The cells of one row; `now` (milliseconds since the epoch) is what ages are counted to. */
export const cellsOf = (model: string, object: Resource, now: number): Json[] => {
  // A Resource is JSON: it has been decoded from JSON against the table.
  const json = object as unknown as JsonObject
  return columnsFor(model).map((column) => column.cell(json, now))
}

/** What a Table says of a row beside its cells; kubectl hides completed rows from some views. */
export function rowConditionsOf(model: string, object: Resource): JsonObject[] {
  if (model !== 'io.k8s.api.core.v1.Pod') return []
  const phase = textAt(object as unknown as JsonObject, 'status.phase')
  const message = COMPLETED[phase]
  return message === undefined ? [] : [{ type: 'Completed', status: 'True', reason: phase, message }]
}
const COMPLETED: Readonly<Record<string, string>> = {
  Succeeded: 'The pod has completed successfully.',
  Failed: 'The pod failed.',
}
