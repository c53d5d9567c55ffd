import { RequestError, notAfter } from '../../api/kinds/certificate/request.ts'
import { parseTime } from '../../api/meta/time.ts'
import type { CertificateSigningRequest } from '../../api/schema/types.generated.ts'
import type { Controller } from './controller.ts'

const HOUR = 3_600_000
/** How long after its last word a request is kept, and one that nobody answered (pkg/controller/certificates/cleaner). */
const ANSWERED_MS = HOUR
const PENDING_MS = 24 * HOUR

/** When an issued certificate ends; never where it cannot be read. */
function endOf(certificate: string): number {
  try {
    return notAfter(certificate)
  } catch (error) {
    if (error instanceof RequestError) return Infinity
    throw error
  }
}

/** When the request may go, in milliseconds; Infinity while its decision waits for a signer. */
export function lastMoment({ metadata, status = {} }: CertificateSigningRequest): number {
  const { conditions = [], certificate = '' } = status
  if (conditions.length === 0) return parseTime(metadata.creationTimestamp) + PENDING_MS
  return conditions.reduce((soonest, { type, lastUpdateTime }) => {
    const issued = type === 'Approved' && certificate !== ''
    if (!issued && type !== 'Denied' && type !== 'Failed') return soonest
    const answered = lastUpdateTime === null ? Infinity : parseTime(lastUpdateTime) + ANSWERED_MS
    return Math.min(soonest, answered, issued ? endOf(certificate) : Infinity)
  }, Infinity)
}

/** Deletes requests that are answered and old, or that nobody answered. */
export const csrCleaner: Controller<CertificateSigningRequest> = {
  name: 'certificatesigningrequest-cleaner-controller',
  resource: 'certificatesigningrequests.certificates.k8s.io',
  concerns: ({ type }) => type !== 'DELETED',
  reconcile(object, view) {
    const at = lastMoment(object)
    if (at === Infinity) return []
    return at > view.now ? [{ do: 'again', at }] : [{ do: 'delete', object }]
  },
}
