import { StatusError, groupResource } from '../../api/meta/status-error.ts'
import type { User } from '../guard/credentials.ts'
import type { RequestInfo } from '../guard/request-info.ts'

/**
 * What the API answers before a request reaches an object: the texts of k8s.io/apiserver's filters and of the generic
 * status errors (apimachinery pkg/api/errors).
 */

/** The media types of bodies and answers, in the order in which Kubernetes names them. */
export const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const
const NAMED = MEDIA_TYPES.join(', ')

/** Bytes that a request's body may have (`MaxRequestBodyBytes` of k8s.io/apiserver). */
export const MAX_BODY = 3 * 1024 * 1024

/** No clause of Accept names a media type that is served. */
export const notAcceptable = (): StatusError =>
  new StatusError('NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${NAMED}`, {})

/** A media type that is served, with a transformation (`as=…`) or a stream that is not. */
export const parametersNotAcceptable = (accepted: string = NAMED): StatusError =>
  new StatusError('NotAcceptable', `only the following media types are accepted: ${accepted}`)

/** PartialObjectMetadata asked of a list, or its list of an object. `goType` is what the answer would have been. */
export const otherThanAsked = (list: boolean, goType: string): StatusError =>
  new StatusError(
    'NotAcceptable',
    list
      ? `you requested PartialObjectMetadata, but the requested object is a list (*${goType})`
      : `you requested PartialObjectMetadataList, but the requested object is not a list (*${goType})`,
  )

export const unsupportedBody = (): StatusError =>
  new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${NAMED}`,
  )

export const unsupportedPatch = (): StatusError =>
  new StatusError('UnsupportedMediaType', '415: Unsupported Media Type', {})

export const bodyTooLarge = (): StatusError =>
  new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`)

/** `forbiddenMessage` of k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go. */
export function forbiddenRequest(user: User, info: RequestInfo, why = ''): StatusError {
  const who = `User ${JSON.stringify(user.name)} cannot ${info.verb}`
  const because = why === '' ? '' : `: ${why}`
  if (!info.isResourceRequest) {
    return new StatusError('Forbidden', `forbidden: ${who} path ${JSON.stringify(info.path)}${because}`, {})
  }
  const what = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`
  const where = info.namespace === '' ? 'at the cluster scope' : `in the namespace "${info.namespace}"`
  const subject = groupResource(info.group, info.resource) + (info.name === '' ? '' : ` "${info.name}"`)
  return new StatusError(
    'Forbidden',
    `${subject} is forbidden: ${who} resource "${what}" in API group "${info.group}" ${where}${because}`,
    {
      ...(info.name === '' ? {} : { name: info.name }),
      ...(info.group === '' ? {} : { group: info.group }),
      kind: info.resource,
    },
  )
}
