import { type FieldError, invalidValue, Path, required } from '../meta/field-error.ts'
import { pathSegmentErrors } from '../meta/names.ts'
import { labelSelectorErrors } from '../meta/selector.ts'
import type { ClusterRole, PolicyRule, Role } from '../schema/types.generated.ts'
import { declare } from './declare.ts'

/** Roles and ClusterRoles: pkg/apis/rbac/validation. */
const RULES = Path.of('rules')

/** `ValidatePolicyRule`: what a rule must say, and what a namespaced one may not. */
function ruleErrors(rule: PolicyRule, namespaced: boolean, at: Path): FieldError[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  const errors: FieldError[] = []
  if (!verbs?.length) errors.push(required(at.child('verbs'), 'verbs must contain at least one value'))
  if (nonResourceURLs.length > 0) {
    const wrong = (why: string) => errors.push(invalidValue(at.child('nonResourceURLs'), nonResourceURLs, why))
    if (namespaced) wrong('namespaced rules cannot apply to non-resource URLs')
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      wrong('rules cannot apply to both regular resources and non-resource URLs')
    }
    return errors
  }
  if (apiGroups.length === 0) {
    errors.push(required(at.child('apiGroups'), 'resource rules must supply at least one api group'))
  }
  if (resources.length === 0) {
    errors.push(required(at.child('resources'), 'resource rules must supply at least one resource'))
  }
  return errors
}

const rulesErrors = (rules: readonly PolicyRule[] | null | undefined, namespaced: boolean): FieldError[] =>
  (rules ?? []).flatMap((rule, i) => ruleErrors(rule, namespaced, RULES.index(i)))

function aggregationErrors({ aggregationRule }: ClusterRole): FieldError[] {
  if (aggregationRule === undefined) return []
  const at = Path.of('aggregationRule').child('clusterRoleSelectors')
  const selectors = aggregationRule.clusterRoleSelectors ?? []
  if (selectors.length === 0) {
    return [required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil')]
  }
  return selectors.flatMap((selector, i) => labelSelectorErrors(selector, at.index(i)))
}

export const roles = declare<Role>('roles.rbac.authorization.k8s.io', {
  validateName: pathSegmentErrors,
  validate: (role) => rulesErrors(role.rules, true),
})

export const clusterroles = declare<ClusterRole>('clusterroles.rbac.authorization.k8s.io', {
  validateName: pathSegmentErrors,
  validate: (role) => [...rulesErrors(role.rules, false), ...aggregationErrors(role)],
})
