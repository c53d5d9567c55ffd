import { StatusError } from '../../api/meta/status-error.ts'
import { DaySpentError, type Key } from './store.ts'

/** Cloudflare's own sentence is not documented; its parts are those of its mails and of D1 (cloudflare-docs #32641). */
const SPENT = /free (tier|plan)|exceeded allowed|daily.*limit|quota exceeded/i

/** An error of the platform's storage, told apart from a spent day. */
export function platformError(error: unknown): unknown {
  if (!(error instanceof Error) || !SPENT.test(error.message)) return error
  return new DaySpentError(error.message, { cause: error })
}

const details = ({ resource, name }: Key) => {
  const [kind = '', ...group] = resource.split('.')
  return { name, ...(group.length === 0 ? {} : { group: group.join('.') }), kind }
}

/** `apierrors.NewNotFound`. */
export const notFound = (key: Key): StatusError =>
  new StatusError('NotFound', `${key.resource} ${JSON.stringify(key.name)} not found`, details(key))

/** `apierrors.NewAlreadyExists`. */
export const alreadyExists = (key: Key): StatusError =>
  new StatusError('AlreadyExists', `${key.resource} ${JSON.stringify(key.name)} already exists`, details(key))

/**
 * What kube-apiserver answers where etcd refuses a request above --max-request-bytes: 500 without a reason, for
 * `ErrorToAPIStatus` does not know the error (kubernetes/kubernetes#74600, #112152). The 413 of Kubernetes is another
 * limit: that of a request's body, 3 MiB, which is the HTTP layer's.
 */
export const tooLarge = (): StatusError => new StatusError('', 'etcdserver: request is too large', undefined, 500)

/** Watch cache, `getAllEventsSinceLocked`: `asked` is older than `oldest`, from which it could still be answered. */
export const tooOld = (asked: number, oldest: number): StatusError =>
  new StatusError('Expired', `too old resource version: ${asked} (${oldest})`)

/** etcd3/errors.go `expired`: a list as of an exact resourceVersion. */
export const EXPIRED_LIST = 'The resourceVersion for the provided list is too old.'

/**
 * etcd3/errors.go `inconsistentContinue`: a further page of a list. Kubernetes sends a `metadata.continue` with it that
 * goes on at the newest version; whoever turns this into a response adds it.
 */
export const EXPIRED_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.'

export const expired = (continued: boolean): StatusError =>
  new StatusError('Expired', continued ? EXPIRED_CONTINUE : EXPIRED_LIST)

/** `storage.NewTooLargeResourceVersionError`: a version that this cluster has not reached. */
export const tooNew = (asked: number, newest: number): StatusError =>
  new StatusError('Timeout', `Too large resource version: ${asked}, current: ${newest}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })

/** `apierrors.NewInternalError`. */
export const internal = (message: string): StatusError =>
  new StatusError('InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })
