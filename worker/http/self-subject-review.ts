import type { JsonObject } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { User } from '../guard/credentials.ts'
import { type Review, reviewKind } from './review.ts'

/** `authentication.UserInfo` of a user. */
export function userInfoOf({ name, uid, groups, extra = {} }: User): JsonObject {
  const fields = Object.entries(extra).map(([key, values]) => [key, [...values]])
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(fields.length === 0 ? {} : { extra: Object.fromEntries(fields) }),
  }
}

/** Who am I: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/ */
export const selfSubjectReview: Review = {
  kind: reviewKind('authentication.k8s.io', 'SelfSubjectReview'),
  answer: ({ caller }) => ({
    metadata: { creationTimestamp: rfc3339(caller.now) },
    status: { userInfo: userInfoOf(caller.user) },
  }),
}
