import { compareText } from '../../api/meta/go-text.ts'
import { matches, selectorOf } from '../../api/meta/selector.ts'
import type { ClusterRole, PolicyRule } from '../../api/schema/types.generated.ts'
import { type Controller, keyOf } from './controller.ts'

const ROLES = 'clusterroles.rbac.authorization.k8s.io'

/**
 * The rules of a ClusterRole with an aggregationRule are those of the roles that it selects, in the order of selectors and
 * names, each once: pkg/controller/clusterroleaggregation.
 */
export const clusterRoleAggregation: Controller<ClusterRole> = {
  name: 'clusterrole-aggregation-controller',
  resource: ROLES,
  concerns: ({ type, after }) => type !== 'DELETED' && after.aggregationRule !== undefined,
  wakes: {
    [ROLES]: (_, view) =>
      view
        .list<ClusterRole>(ROLES)
        .filter(({ aggregationRule }) => aggregationRule !== undefined)
        .map((role) => keyOf(ROLES, role)),
  },
  reconcile(role, view) {
    if (role.aggregationRule === undefined) return []
    const roles = [...view.list<ClusterRole>(ROLES)].sort((a, b) => compareText(a.metadata.name, b.metadata.name))
    const rules = new Map<string, PolicyRule>()
    for (const wanted of (role.aggregationRule.clusterRoleSelectors ?? []).map(selectorOf)) {
      for (const other of roles) {
        if (other.metadata.name === role.metadata.name || !matches(wanted, other.metadata.labels)) continue
        for (const rule of other.rules ?? []) rules.set(JSON.stringify(rule), rule)
      }
    }
    const found = [...rules.values()]
    const unchanged = JSON.stringify(found) === JSON.stringify(role.rules ?? [])
    const changed: ClusterRole = { ...role, rules: found }
    return unchanged ? [] : [{ do: 'update', object: changed }]
  },
}
