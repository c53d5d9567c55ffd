import type { PolicyRule } from '../../api/schema/types.generated.ts'
import type { RequestInfo } from './request-info.ts'

/** One rule of a role against one request: plugin/pkg/auth/authorizer/rbac, `RuleAllows`, and pkg/apis/rbac/v1. */

/** What of a request a rule looks at. */
export type Asked = Pick<
  RequestInfo,
  'isResourceRequest' | 'verb' | 'group' | 'resource' | 'subresource' | 'name' | 'path'
>

const ALL = '*'
const has = (list: readonly string[] | undefined, text: string): boolean =>
  list !== undefined && (list.includes(text) || list.includes(ALL))

export function ruleAllows(asked: Asked, rule: PolicyRule): boolean {
  if (!has(rule.verbs, asked.verb)) return false
  if (!asked.isResourceRequest) return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, asked.path))
  return (
    has(rule.apiGroups, asked.group) &&
    resourceMatches(rule.resources, asked.resource, asked.subresource) &&
    nameMatches(rule.resourceNames, asked.name)
  )
}

/** `pods`, `pods/log`, `*`; a star before the slash stands for every resource with that subresource. */
function resourceMatches(rules: readonly string[] | undefined, resource: string, subresource: string): boolean {
  if (rules === undefined) return false
  if (subresource === '') return has(rules, resource)
  return has(rules, `${resource}/${subresource}`) || rules.includes(`*/${subresource}`)
}

const nameMatches = (names: readonly string[] | undefined, name: string): boolean =>
  names === undefined || names.length === 0 || names.includes(name)

/** `/api/*` stands for all below; a star alone for everything. */
export const urlMatches = (rule: string, path: string): boolean =>
  rule === ALL || rule === path || (rule.endsWith(ALL) && path.startsWith(rule.replace(/\*+$/, '')))
