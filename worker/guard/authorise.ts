import { goQuote } from '../../api/meta/go-text.ts'
import type { Reader } from '../store/store.ts'
import { MASTERS, NODES, type User } from './credentials.ts'
import { authoriseNode } from './node-authoriser.ts'
import { denialOf, judge, type RoleSource } from './rbac.ts'
import type { RequestInfo } from './request-info.ts'
import { ALLOWED, denied, type Verdict } from './verdict.ts'

/** What authorisation decides by: the objects of the cluster, and its roles. */
export interface Policy {
  readonly reader: Reader
  readonly roles: RoleSource
}

const NODE_PREFIX = 'system:node:'

/**
 * Whether a user may do this, in kube-apiserver's order (`--authorization-mode=Node,RBAC`): `system:masters` may do
 * anything, then the Node authoriser is asked, then the roles. Each may allow; what they say against it is told together.
 */
export function authorise({ reader, roles }: Policy, user: User, info: RequestInfo): Verdict {
  if (user.groups.includes(MASTERS)) return ALLOWED
  const asNode = isNode(user) ? nodeVerdict(reader, user.name, info) : denied()
  if (asNode.allowed) return asNode
  const judged = judge(roles, user, info)
  if (judged.by !== undefined) return { allowed: true, by: judged.by }
  return denied([asNode.why, denialOf(judged.missing)].filter((why) => why !== '').join('\n'))
}

/** `NodeIdentity`: a node is who is named as one and is in the group of nodes. */
export const isNode = ({ name, groups }: User): boolean => groups.includes(NODES) && name.startsWith(NODE_PREFIX)

function nodeVerdict(reader: Reader, user: string, info: RequestInfo): Verdict {
  const name = user.slice(NODE_PREFIX.length)
  return name === '' ? denied(`unknown node for user ${goQuote(user)}`) : authoriseNode(reader, name, info)
}
