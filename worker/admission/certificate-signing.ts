import { goQuote } from '../../api/meta/go-text.ts'
import type { Json } from '../../api/meta/object.ts'
import type { CertificateSigningRequest } from '../../api/schema/types.generated.ts'
import { same } from '../registry/stored.ts'
import type { Authoriser } from './authoriser.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'
import { CSRS, mayFor } from './signer.ts'

/** Who certifies, or says why not, needs the right to `sign` for the signer. plugin/pkg/admission/certificates/signing. */
export const certificateSigning = (may: Authoriser): Plugin => ({
  name: 'CertificateSigning',
  of: [CSRS],
  validate(attributes, tx) {
    if (attributes.operation !== 'UPDATE' || attributes.subresource !== 'status') return
    const csr = attributes.object as CertificateSigningRequest // asked for these only
    const old = attributes.old as CertificateSigningRequest // as it was
    if (same(said(csr), said(old))) return
    const { signerName } = old.spec
    if (mayFor(may, attributes, tx, 'sign', signerName)) return
    throw forbid(attributes, `user not permitted to sign requests with signerName ${goQuote(signerName)}`)
  },
})

/** What a signer states; conditions are JSON. */
const said = ({ status }: CertificateSigningRequest): Json => [
  status?.certificate ?? '',
  (status?.conditions ?? []) as unknown as Json,
]
