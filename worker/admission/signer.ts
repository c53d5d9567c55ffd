import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import type { Authoriser } from './authoriser.ts'

/** The resource that the plugins for certificates look at. */
export const CSRS = 'certificatesigningrequests.certificates.k8s.io'

/**
 * Whether somebody may do this for the signer, by its name or by its domain (`example.com/*`): IsAuthorizedForSignerName
 * of pkg/certauthorization.
 */
export function mayFor(
  may: Authoriser,
  { caller }: Attributes,
  tx: Tx,
  verb: 'approve' | 'sign',
  signer: string,
): boolean {
  const domain = signer.split('/')[0] ?? ''
  return [signer, `${domain}/*`].some((name) =>
    may(tx, caller.user, { verb, group: 'certificates.k8s.io', resource: 'signers', name }),
  )
}
