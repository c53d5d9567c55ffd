import { causeReason, errorBody, type FieldError, formatFieldError } from './field-error.ts'
import { goQuote } from './go-text.ts'
import { type Details, StatusError } from './status-error.ts'

/**
 * Constructors of the failures that kube-apiserver answers with, texts and details to the letter.
 * Model: k8s.io/apimachinery/pkg/api/errors/errors.go. A resource is named as messages name it: `pods`, `deployments.apps`.
 */

function detailsOf(resource: string, name: string): Details {
  const dot = resource.indexOf('.')
  const group = dot < 0 ? '' : resource.slice(dot + 1)
  return {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: dot < 0 ? resource : resource.slice(0, dot),
  }
}

export const notFound = (resource: string, name: string): StatusError =>
  new StatusError('NotFound', `${resource} ${goQuote(name)} not found`, detailsOf(resource, name))

/** An unknown path or resource: what a server without the resource answers. */
export const unknownResource = (): StatusError =>
  new StatusError('NotFound', 'the server could not find the requested resource', {})

export const alreadyExists = (resource: string, name: string): StatusError =>
  new StatusError('AlreadyExists', `${resource} ${goQuote(name)} already exists`, detailsOf(resource, name))

/** `generateName` met a taken name on every try. */
export const nameNotGenerated = (resource: string, name: string): StatusError =>
  new StatusError(
    'AlreadyExists',
    `${resource} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`,
    { ...detailsOf(resource, name), retryAfterSeconds: 1 },
  )

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

export const conflict = (resource: string, name: string, why: string = MODIFIED): StatusError =>
  new StatusError(
    'Conflict',
    `Operation cannot be fulfilled on ${resource} ${goQuote(name)}: ${why}`,
    detailsOf(resource, name),
  )

/** `name` may be empty: `pods is forbidden: …`. */
export const forbiddenFor = (resource: string, name: string, why: string): StatusError =>
  new StatusError(
    'Forbidden',
    name === '' ? `${resource} is forbidden: ${why}` : `${resource} ${goQuote(name)} is forbidden: ${why}`,
    detailsOf(resource, name),
  )

export { forbiddenFor as forbidden }

export const badRequest = (message: string): StatusError => new StatusError('BadRequest', message)

export const unauthorized = (): StatusError => new StatusError('Unauthorized', 'Unauthorized')

export const methodNotAllowed = (): StatusError =>
  new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

/** 410 for a watch or a list that asks for what the ring no longer holds. */
export const expired = (message: string): StatusError => new StatusError('Expired', message)

export const tooOldResourceVersion = (asked: number | string, oldest: number): StatusError =>
  expired(`too old resource version: ${asked} (${oldest})`)

export const tooLargeResourceVersion = (asked: number | string, current: number): StatusError =>
  new StatusError('Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })

export const tooManyRequests = (message: string, retryAfterSeconds: number): StatusError =>
  new StatusError('TooManyRequests', message, { retryAfterSeconds })

/** A 500 that names what went wrong, as `NewInternalError` does. */
export const internal = (why: string): StatusError =>
  new StatusError('InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] })

/** A 500 without a reason: an error that Kubernetes does not translate. */
export const untranslated = (message: string): StatusError => new StatusError('', message)

/** The errors as one text: alone as it is, several in brackets, the same text once (`ErrorList.ToAggregate`). */
export function aggregate(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(formatFieldError))]
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`
}

/** 422. `kind` is a Kind of the registry or any `{group, kind}` (`{ group: 'meta.k8s.io', kind: 'CreateOptions' }`). */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  const head = `${qualified} ${goQuote(name)} is invalid`
  return new StatusError('Invalid', errors.length === 0 ? head : `${head}: ${aggregate(errors)}`, {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    ...(kind.kind === '' ? {} : { kind: kind.kind }),
    causes: errors.map((error) => ({ reason: causeReason(error.type), message: errorBody(error), field: error.field })),
  })
}
