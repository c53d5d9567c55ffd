import { unauthorized } from '../../api/meta/failures.ts'
import { accountUser } from '../guard/account-user.ts'
import { admit, type Admission, keysOf } from '../guard/admit.ts'
import { bootstrapUser } from '../guard/bootstrap-user.ts'
import { ADMIN, ANONYMOUS, authenticate, type User } from '../guard/credentials.ts'
import { authorise } from '../guard/authorise.ts'
import { impersonate, wantedUser } from '../guard/impersonate.ts'
import type { Api } from './api.ts'
import { forbiddenRequest } from './refusals.ts'
import type { RequestInfo } from '../guard/request-info.ts'

/** Who asks; throws 401 for a token that is wrong, expired or revoked. Without a token it is system:anonymous. */
export function whoIs(api: Api, headers: Headers, now: number): User {
  const admission = admit(api.secrets, headers, now)
  if (admission.who === 'none') return ANONYMOUS
  const user = userOf(api, admission, now)
  if (user === undefined) throw unauthorized()
  return user
}

/** The user behind what the headers prove, or undefined where it is revoked, or what it names is gone. */
export function userOf(api: Api, admission: Admission, now: number): User | undefined {
  switch (admission.who) {
    case 'admin':
      return ADMIN
    case 'token':
      return api.store.transaction((tx) => authenticate(tx, admission.checked, now))
    case 'bootstrap':
      return bootstrapUser(api.store, keysOf(api.secrets), admission.id, now)
    case 'jwt': {
      const { identity, token } = admission
      return identity.type === 'user' ? identity.user : accountUser(api.store, identity.identity, token, now)
    }
    case 'none':
    case 'invalid':
      return undefined
  }
}

/** Throws 403 in Kubernetes' words where the user may not do this. */
export function permit(api: Api, user: User, info: RequestInfo): void {
  const verdict = authorise({ reader: api.store, roles: api.roles }, user, info)
  if (!verdict.allowed) throw forbiddenRequest(user, info, verdict.why)
}

/** The user that the request acts as, after it was permitted to be that user. Throws 400 and 403. */
export function actingAs(api: Api, user: User, info: RequestInfo, headers: Headers): User {
  const wanted = wantedUser(headers)
  if (wanted === undefined) return user
  return impersonate(user, wanted, info, (asked, why) => {
    if (why !== undefined) throw forbiddenRequest(user, asked, why)
    permit(api, user, asked)
  })
}
