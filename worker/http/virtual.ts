import type { ResourceFacts } from '../../api/kinds/kind.ts'
import { methodNotAllowed, unknownResource } from '../../api/meta/failures.ts'
import type { RequestInfo } from '../guard/request-info.ts'
import type { Caller } from '../registry/registry.ts'
import { localAccessReview, selfAccessReview, subjectAccessReview } from './access-review.ts'
import { type Api, kindOf } from './api.ts'
import { bind } from './binding.ts'
import type { WITHOUT_STORAGE } from './discovery.ts'
import { type Review, type ReviewCall, review } from './review.ts'
import { rulesReview } from './rules-review.ts'
import { selfSubjectReview } from './self-subject-review.ts'
import { tokenReview } from './token-review.ts'

/** Resources that store nothing of their own: what is answered from one request, and the older way to bind a Pod. */
type Answer = (call: ReviewCall) => Promise<Response>

const asked =
  (of: Review): Answer =>
  (call) =>
    review(of, call)

const ANSWERS: Readonly<Record<(typeof WITHOUT_STORAGE)[number], Answer>> = {
  bindings: (call) => bind({ ...call, kind: kindOf(call.api, { ...call.info, resource: 'pods' }) }),
  'selfsubjectreviews.authentication.k8s.io': asked(selfSubjectReview),
  'tokenreviews.authentication.k8s.io': asked(tokenReview),
  'localsubjectaccessreviews.authorization.k8s.io': asked(localAccessReview),
  'selfsubjectaccessreviews.authorization.k8s.io': asked(selfAccessReview),
  'selfsubjectrulesreviews.authorization.k8s.io': asked(rulesReview),
  'subjectaccessreviews.authorization.k8s.io': asked(subjectAccessReview),
}

/** A request on one of them; all that they know is POST. */
export function onVirtual(
  api: Api,
  request: Request,
  query: URLSearchParams,
  info: RequestInfo,
  caller: Caller,
  facts: ResourceFacts & { readonly resource: (typeof WITHOUT_STORAGE)[number] },
): Promise<Response> {
  if (info.parts.length > 1) throw unknownResource()
  if (info.verb !== 'create' || facts.namespaced !== (info.namespace !== '')) throw methodNotAllowed()
  return ANSWERS[facts.resource]({
    api,
    request,
    query,
    info,
    caller,
    contentType: request.headers.get('content-type'),
  })
}
