import { badRequest } from '../../api/meta/failures.ts'
import { compareText } from '../../api/meta/go-text.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { isNode } from '../guard/authorise.ts'
import { aggregated, grants, missingRole } from '../guard/rbac.ts'
import { type Review, reviewKind } from './review.ts'

/** What may I do in a namespace: pkg/registry/authorization/selfsubjectrulesreview, and the authorizers' `RulesFor`. */
export const rulesReview: Review = {
  kind: reviewKind('authorization.k8s.io', 'SelfSubjectRulesReview'),
  answer({ api, caller }, { spec }) {
    const namespace = isJsonObject(spec) ? spec['namespace'] : undefined
    if (typeof namespace !== 'string' || namespace === '') throw badRequest('no namespace on request')
    const held = grants(api.roles, caller.user, namespace)
    const rules = held.flatMap((grant) => grant.rules ?? [])
    const node = isNode(caller.user)
    const errors = [...(node ? ['node authorizer does not support user rule resolution'] : []), ...missingOf(held)]
    const status: JsonObject = {
      // In one order, whatever that of the bindings: clients compare two answers.
      resourceRules: sorted(
        rules
          .filter(({ resources }) => (resources ?? []).length > 0)
          .map(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) => ({
            verbs: [...verbs],
            apiGroups: [...apiGroups],
            resources: [...resources],
            ...(resourceNames.length === 0 ? {} : { resourceNames: [...resourceNames] }),
          })),
      ),
      nonResourceRules: sorted(
        rules
          .filter(({ nonResourceURLs }) => (nonResourceURLs ?? []).length > 0)
          .map(({ verbs, nonResourceURLs = [] }) => ({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] })),
      ),
      incomplete: node,
      ...(errors.length === 0 ? {} : { evaluationError: errors.join(', ') }),
    }
    return { metadata: {}, spec: {}, status }
  },
}

const sorted = (rules: JsonObject[]): JsonObject[] =>
  rules.toSorted((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)))

/** Roles that do not exist keep the list from being whole, and are named. */
function missingOf(held: ReturnType<typeof grants>): string[] {
  const missing = held.flatMap(({ rules, binding }) => (rules === undefined ? [missingRole(binding.roleRef)] : []))
  return missing.length === 0 ? [] : [aggregated(missing)]
}
