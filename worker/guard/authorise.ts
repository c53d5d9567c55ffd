import { goQuote } from '../../api/meta/go-text.ts'
import type { RequestInfo } from './request-info.ts'
import type { Reader } from '../store/store.ts'
import { AUTHENTICATED, MASTERS, NODES, type User } from './credentials.ts'
import { authoriseNode } from './node-authoriser.ts'
import { ALLOWED, denied, type Verdict } from './verdict.ts'

/** ClusterRole `system:discovery`, for every authenticated user. */
const DISCOVERY = ['/api', '/apis', '/healthz', '/livez', '/openapi', '/readyz', '/version']

function isDiscovery(info: RequestInfo): boolean {
  if (info.isResourceRequest || (info.verb !== 'get' && info.verb !== 'head')) return false
  return DISCOVERY.some((path) => info.path === path || info.path.startsWith(`${path}/`))
}

/** ClusterRole `system:basic-user`. */
function isAboutSelf(info: RequestInfo): boolean {
  return info.verb === 'create' && info.group === 'authentication.k8s.io' && info.resource === 'selfsubjectreviews'
}

/**
 * Whether a user may do this. Until RBAC exists: `system:masters` may do anything, nodes what the Node authoriser says,
 * and everybody who is known may ask what is served and who they are.
 */
export function authorise(reader: Reader, user: User, info: RequestInfo): Verdict {
  if (user.groups.includes(MASTERS)) return ALLOWED
  if (user.groups.includes(AUTHENTICATED) && (isDiscovery(info) || isAboutSelf(info))) return ALLOWED
  if (user.groups.includes(NODES) && user.name.startsWith(NODE_PREFIX)) {
    return authoriseNode(reader, user.name.slice(NODE_PREFIX.length), info)
  }
  return user.groups.includes(NODES) ? denied(`unknown node for user ${goQuote(user.name)}`) : denied()
}

const NODE_PREFIX = 'system:node:'
