import { goQuote } from '../../api/meta/go-text.ts'
import type { CertificateSigningRequest } from '../../api/schema/types.generated.ts'
import type { Authoriser } from './authoriser.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'
import { CSRS, mayFor } from './signer.ts'

/** Who approves or denies needs the right to `approve` for the signer. plugin/pkg/admission/certificates/approval. */
export const certificateApproval = (may: Authoriser): Plugin => ({
  name: 'CertificateApproval',
  of: [CSRS],
  validate(attributes, tx) {
    if (attributes.operation !== 'UPDATE' || attributes.subresource !== 'approval') return
    const { signerName } = (attributes.old as CertificateSigningRequest).spec // asked for these only
    if (mayFor(may, attributes, tx, 'approve', signerName)) return
    throw forbid(attributes, `user not permitted to approve requests with signerName ${goQuote(signerName)}`)
  },
})
