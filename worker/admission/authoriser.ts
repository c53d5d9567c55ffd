import { authorise } from '../guard/authorise.ts'
import { actionInfo } from '../guard/request-info.ts'
import { RoleIndex } from '../guard/role-index.ts'
import type { Caller } from '../registry/registry.ts'
import type { Reader } from '../store/store.ts'

/** What somebody wants to do: authorizer.AttributesRecord of k8s.io/apiserver, for a resource. */
export interface Action {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  /** '' where it is cluster-scoped. */
  readonly namespace?: string
  readonly name?: string
}

/** Whether somebody may do this, beyond the request at hand: the approver of a certificate for its signer, say. */
export type Authoriser = (reader: Reader, user: Caller['user'], action: Action) => boolean

/** Asks the guard as a request for just this would be asked; the roles are read anew, for it is seldom asked. */
export const byTheGuard: Authoriser = (reader, user, action) =>
  authorise({ reader, roles: new RoleIndex(reader) }, user, actionInfo(action)).allowed
