import type { Evaluator } from '../../api/quota/evaluator.ts'
import { type LimitedResource, uncovered } from '../../api/quota/limited.ts'
import { evaluatorOf, type Move, settle } from '../../api/quota/quota.ts'
import { untranslated } from '../../api/meta/failures.ts'
import { listOf } from '../../api/meta/resource-list.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { ResourceQuota } from '../../api/schema/types.generated.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'

const QUOTAS = 'resourcequotas'

/**
 * What is used of a namespace's quotas is counted in the transaction that uses it or gives it back, so no two requests
 * can both take what is left. The last of the plugins: what others refuse takes nothing. `limited`: what nobody may use
 * where no quota covers it. Plugin resourcequota of k8s.io/apiserver.
 */
export const resourceQuota = (limited: readonly LimitedResource[] = []): Plugin => ({
  name: 'ResourceQuota',
  validate(attributes, tx) {
    const { operation, kind, namespace, subresource, dryRun } = attributes
    if (operation !== 'CREATE' && operation !== 'UPDATE') return
    // The body of a subresource that stores nothing (a binding) is no object of the kind.
    if (!kind.namespaced || (operation === 'CREATE' && subresource !== '')) return
    const quotas = quotasOf(tx, namespace)
    if (quotas.length === 0 && limited.length === 0) return
    const evaluator = evaluatorOf(kind.resource)
    if (evaluator === undefined) return
    const { object: after } = attributes
    const before = operation === 'UPDATE' ? attributes.old : undefined
    const refusable = evaluator.refuses(operation, subresource)
    const changed = settled(quotas, evaluator, { before, after, refusable }, attributes)
    if (refusable) mustBeCovered(limited, quotas, evaluator, attributes)
    if (!dryRun) for (const quota of changed) tx.update(QUOTAS, quota)
  },
  gone(object, kind, tx) {
    const quotas = kind.namespaced ? quotasOf(tx, object.metadata.namespace ?? '') : []
    const evaluator = quotas.length === 0 ? undefined : evaluatorOf(kind.resource)
    if (evaluator === undefined) return
    const move = { before: object, after: undefined, refusable: false }
    for (const quota of settled(quotas, evaluator, move)) tx.update(QUOTAS, quota)
  },
})

const quotasOf = (tx: Tx, namespace: string): ResourceQuota[] =>
  tx.few(QUOTAS, namespace).map((row) => row.object as ResourceQuota) // by the resource

/** The quotas that a write changes, as they are after it; throws 403 where one forbids it. */
function settled(
  quotas: readonly ResourceQuota[],
  evaluator: Evaluator,
  move: Move,
  attributes?: Attributes,
): ResourceQuota[] {
  return quotas.flatMap((quota) => {
    const result = settle(quota, evaluator, move)
    if ('refused' in result) {
      if (attributes === undefined) return []
      throw forbid(attributes, result.refused)
    }
    return result.used === undefined ? [] : [{ ...quota, status: { ...quota.status, used: listOf(result.used) } }]
  })
}

function mustBeCovered(
  limited: readonly LimitedResource[],
  quotas: readonly ResourceQuota[],
  evaluator: Evaluator,
  attributes: Attributes & { readonly object: Resource },
): void {
  const open = uncovered(limited, quotas, evaluator, attributes.object)
  if (open === undefined) return
  throw 'forbidden' in open ? forbid(attributes, open.forbidden) : untranslated(open.untranslated)
}
