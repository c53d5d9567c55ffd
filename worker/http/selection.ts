import type { Kind } from '../../api/kinds/kind.ts'
import { badRequest } from '../../api/meta/failures.ts'
import { type FieldRequirement, fieldsMatch, parseFieldSelector } from '../../api/meta/field-selector.ts'
import type { Resource } from '../../api/meta/object.ts'
import { isEverything, matches, type Selector } from '../../api/meta/selector.ts'
import { parseLabelSelector } from '../../api/meta/selector-text.ts'

/** Which objects of a collection a list, a watch or a deletecollection is about. */
export interface Selection {
  /** Nothing is filtered, so stored texts may be passed on unread. */
  readonly everything: boolean
  /** The one name that can match, where the field selector picks it. */
  readonly name?: string
  matches(object: Resource): boolean
}

/** Reads both selectors; throws 400 in Kubernetes' words. `name` narrows to one object (watches of a single one). */
export function selectionOf(kind: Kind, labelSelector: string, fieldSelector: string, name = ''): Selection {
  const labels = parseLabelSelector(labelSelector)
  const fields = parseFieldSelector(fieldSelector)
  checkFields(kind, fields)
  if (name !== '') fields.push({ field: 'metadata.name', operator: '=', value: name })
  const picked = fields.find(({ field, operator }) => field === 'metadata.name' && operator === '=')
  return {
    everything: isEverything(labels) && fields.length === 0,
    ...(picked === undefined ? {} : { name: picked.value }),
    matches: (object) => selected(kind, labels, fields, object),
  }
}

function selected(kind: Kind, labels: Selector, fields: readonly FieldRequirement[], object: Resource): boolean {
  return matches(labels, object.metadata.labels) && fieldsMatch(fields, (field) => fieldOf(kind, object, field))
}

function fieldOf(kind: Kind, object: Resource, field: string): string {
  if (field === 'metadata.name') return object.metadata.name
  if (field === 'metadata.namespace') return object.metadata.namespace ?? ''
  return kind.rules.fields?.[field]?.(object) ?? ''
}

/** AddFieldLabelConversionFunc of the kinds that have fields of their own, else runtime.DefaultMetaV1FieldSelectorConversion. */
function checkFields(kind: Kind, fields: readonly FieldRequirement[]): void {
  const own = Object.keys(kind.rules.fields ?? {})
  for (const { field } of fields) {
    if (field === 'metadata.name' || field === 'metadata.namespace' || own.includes(field)) continue
    throw badRequest(
      own.length > 0
        ? `field label not supported: ${field}`
        : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
    )
  }
}
