import { FACTS } from '../../api/kinds/declare.ts'
import type { Webhook } from '../../api/kinds/admission/webhook.ts'
import { notFound } from '../../api/meta/failures.ts'
import type { Resource } from '../../api/meta/object.ts'
import { type LabelSelector, isEverything, matches, selectorOf } from '../../api/meta/selector.ts'
import type { RuleWithOperations } from '../../api/schema/types.generated.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'

/** Whether a request is one that a webhook wants to hear of: k8s.io/apiserver/pkg/admission/plugin/webhook. */

/** A resource as rules name it. */
interface Named {
  readonly group: string
  readonly version: string
  readonly plural: string
}

/** The resource, and with `Equivalent` the other groups and versions of the same objects (events, autoscaling). */
function namesOf({ kind }: Attributes, policy: string | undefined): readonly Named[] {
  return policy === 'Exact' ? [kind] : [kind, ...FACTS.filter((fact) => fact.plural === kind.plural)]
}

const has = (list: readonly string[] | undefined, item: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(item))

/** `Matcher.resource`: `pods`, `pods/status`, and a star for either. */
function resourceMatches(resources: readonly string[] | undefined, plural: string, subresource: string): boolean {
  return (resources ?? []).some((text) => {
    const slash = text.indexOf('/')
    const [resource, sub] = slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)]
    return (resource === '*' || resource === plural) && (sub === '*' || sub === subresource)
  })
}

/** `Matcher.scope`: a Namespace itself is cluster-scoped. */
function scopeMatches(scope: string | undefined, namespaced: boolean): boolean {
  return scope === undefined || scope === '*' || scope === (namespaced ? 'Namespaced' : 'Cluster')
}

function ruleMatches(rule: RuleWithOperations, attributes: Attributes, { group, version, plural }: Named): boolean {
  return (
    has(rule.operations, attributes.operation) &&
    has(rule.apiGroups, group) &&
    has(rule.apiVersions, version) &&
    resourceMatches(rule.resources, plural, attributes.subresource) &&
    scopeMatches(rule.scope, attributes.kind.namespaced)
  )
}

/** Labels of the namespace that the request is about; of one that is written, those that it will have. */
function namespaceLabels(attributes: Attributes, tx: Tx): Resource['metadata']['labels'] {
  const { kind, operation } = attributes
  if (kind.resource === 'namespaces' && (operation === 'CREATE' || operation === 'UPDATE')) {
    return attributes.object.metadata.labels
  }
  const name = kind.resource === 'namespaces' ? attributes.name : attributes.namespace
  const row = tx.get({ resource: 'namespaces', namespace: '', name })
  if (row === undefined) throw notFound('namespaces', name)
  return row.object.metadata.labels
}

/** `namespace.Matcher`: what lies in no namespace is always meant. */
function namespaceMatches(selector: LabelSelector | undefined, attributes: Attributes, tx: Tx): boolean {
  const wanted = selectorOf(selector ?? {})
  if (isEverything(wanted)) return true
  if (!attributes.kind.namespaced && attributes.kind.resource !== 'namespaces') return true
  return matches(wanted, namespaceLabels(attributes, tx))
}

/** `object.Matcher`: the object as it was or as it will be. */
function objectMatches(selector: LabelSelector | undefined, attributes: Attributes): boolean {
  const wanted = selectorOf(selector ?? {})
  if (isEverything(wanted)) return true
  const sides = [
    ...('object' in attributes ? [attributes.object] : []),
    ...('old' in attributes ? [attributes.old] : []),
  ]
  return sides.some(({ metadata }) => matches(wanted, metadata.labels))
}

/** matchConditions are CEL, which podo does not evaluate: they count as met. Throws 404 without the namespace. */
export function wants(hook: Webhook, attributes: Attributes, tx: Tx): boolean {
  const names = namesOf(attributes, hook.matchPolicy)
  return (
    (hook.rules ?? []).some((rule) => names.some((name) => ruleMatches(rule, attributes, name))) &&
    namespaceMatches(hook.namespaceSelector, attributes, tx) &&
    objectMatches(hook.objectSelector, attributes)
  )
}
