import { badRequest } from '../meta/failures.ts'
import { type FieldRequirement, parseFieldSelector } from '../meta/field-selector.ts'
import { goQuote } from '../meta/go-text.ts'
import type { Resource } from '../meta/object.ts'
import { configmaps } from './configmap.ts'
import { FACTS } from './declare.ts'
import { events } from './event.ts'
import type { Kind } from './kind.ts'
import { leases } from './lease.ts'
import { namespaces } from './namespace.ts'
import { nodes } from './node.ts'
import { secrets } from './secret.ts'
import { selfsubjectreviews } from './selfsubjectreview.ts'
import { serviceaccounts } from './serviceaccount.ts'

const DECLARED: readonly Kind[] = [
  configmaps,
  events,
  leases,
  namespaces,
  nodes,
  secrets,
  selfsubjectreviews,
  serviceaccounts,
]

/** Kubernetes' order of groups and kinds, which discovery shows and clients prefer by. */
const order = (kind: Kind): number =>
  FACTS.findIndex((fact) => fact.group === kind.group && fact.plural === kind.plural)

/** Every kind that podo serves. */
export const kinds: readonly Kind[] = DECLARED.toSorted((a, b) => order(a) - order(b))

const byResource = new Map(kinds.map((kind) => [kind.resource, kind]))
const byObject = new Map(kinds.map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind]))

/** `pods`, `deployments.apps`. */
export const kindOfResource = (resource: string): Kind | undefined => byResource.get(resource)

/** What an object says of itself: `apps/v1`, `Deployment`. */
export const kindOfObject = (apiVersion: string, kind: string): Kind | undefined =>
  byObject.get(`${apiVersion} ${kind}`)

/** Whether podo serves a subresource of the kind; what it does not serve answers 404. */
export const serves = (kind: Kind, subresource: string): boolean =>
  kind.rules.subresources?.includes(subresource) === true

/**
 * The requirements of a field selector, which the kind must know: 400 with Kubernetes' two texts otherwise
 * (AddFieldLabelConversionFunc of a kind with fields of its own, DefaultMetaV1FieldSelectorConversion of the rest).
 */
export function fieldSelectorOf(kind: Kind, text: string): FieldRequirement[] {
  const own = kind.storage?.selectableFields ?? []
  return parseFieldSelector(text).filter(({ field, value }) => {
    // A term that is empty on both sides selects everything, as Go's Transform has it.
    if (field === '' && value === '') return false
    if (own.includes(field)) return true
    if (own.some((known) => known !== 'metadata.name' && known !== 'metadata.namespace')) {
      throw badRequest(`field label not supported: ${field}`)
    }
    if (field === 'metadata.name' || field === 'metadata.namespace') return true
    throw badRequest(`${goQuote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)
  })
}

/** The value of a selectable field; unknown ones have been refused by `fieldSelectorOf`. */
export function fieldOf(kind: Kind, object: Resource, field: string): string {
  if (field === 'metadata.name') return object.metadata.name
  if (field === 'metadata.namespace') return object.metadata.namespace ?? ''
  return kind.rules.fields?.[field]?.(object) ?? ''
}
