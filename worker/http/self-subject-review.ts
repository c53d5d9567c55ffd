import { rfc3339 } from '../../api/meta/time.ts'
import type { Caller } from '../registry/registry.ts'
import { decodeBody, readBody } from './body.ts'
import type { Expected } from './body-kind.ts'
import { formatOf } from './negotiate.ts'
import { writeOptions } from './options.ts'
import { respond } from './respond.ts'

/** Who am I: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/ */
export const REVIEW: Expected = {
  apiVersion: 'authentication.k8s.io/v1',
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  model: 'io.k8s.api.authentication.v1.SelfSubjectReview',
}

/** POST selfsubjectreviews: nothing is stored. */
export async function reviewSelf(request: Request, query: URLSearchParams, caller: Caller): Promise<Response> {
  const format = formatOf(request, { views: false })
  const bytes = await readBody(request)
  const options = writeOptions('CreateOptions', query)
  decodeBody(REVIEW, bytes, request.headers.get('content-type'), options.fieldValidation, caller.warnings)
  const { name, uid, groups, extra } = caller.user
  const userInfo = {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(extra === undefined ? {} : { extra: Object.fromEntries(Object.entries(extra).map(([k, v]) => [k, [...v]])) }),
  }
  const { apiVersion, kind, model } = REVIEW
  const body = { kind, apiVersion, metadata: { creationTimestamp: rfc3339(caller.now) }, status: { userInfo } }
  return respond({ apiVersion, kind, model, body }, format, 201, caller.warnings)
}
