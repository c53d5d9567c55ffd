import { badRequest } from '../../api/meta/failures.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { issuerOf } from '../guard/account-token.ts'
import { admit, identify, isJwt } from '../guard/admit.ts'
import type { User } from '../guard/credentials.ts'
import type { Api } from './api.ts'
import { userOf } from './authentication.ts'
import { type Review, reviewKind } from './review.ts'
import { userInfoOf } from './self-subject-review.ts'

/** Whose token is this: pkg/registry/authentication/tokenreview. */
export const tokenReview: Review = {
  kind: reviewKind('authentication.k8s.io', 'TokenReview'),
  async answer({ api, caller }, sent) {
    const spec: JsonObject = isJsonObject(sent['spec']) ? sent['spec'] : {}
    const { token, audiences } = spec
    if (typeof token !== 'string' || token === '')
      throw badRequest('token is required for TokenReview in authentication')
    const wanted = Array.isArray(audiences) && audiences.length > 0 ? audiences.map(String) : [issuerOf(api.secrets)]
    return { ...sent, status: await statusOf(api, token, wanted, caller.now) }
  },
}

interface Found {
  readonly user: User
  readonly audiences: readonly string[]
}

async function statusOf(api: Api, token: string, wanted: readonly string[], now: number): Promise<JsonObject> {
  const found = await holderOf(api, token, wanted, now)
  // What Kubernetes says of a token that no authenticator takes.
  if (found === undefined) return { error: 'invalid bearer token', user: {} }
  return { authenticated: true, user: userInfoOf(found.user), audiences: [...found.audiences] }
}

async function holderOf(api: Api, token: string, wanted: readonly string[], now: number): Promise<Found | undefined> {
  const admission = admit(api.secrets, new Headers({ authorization: `Bearer ${token}` }), now)
  if (isJwt(token) && admission.who === 'invalid') {
    const known = await identify(api.secrets, token, now, wanted)
    if (known === undefined) return undefined
    const user = userOf(api, { who: 'jwt', token, identity: known.identity }, now)
    return user === undefined ? undefined : { user, audiences: known.audiences }
  }
  // The other tokens are for the API, whatever it is called.
  const audiences = wanted.filter((audience) => audience === issuerOf(api.secrets))
  const user = audiences.length === 0 ? undefined : userOf(api, admission, now)
  return user === undefined ? undefined : { user, audiences }
}
