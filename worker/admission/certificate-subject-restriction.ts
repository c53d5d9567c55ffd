import { ORGANIZATION } from '../../api/kinds/certificate/request.ts'
import type { CertificateSigningRequest } from '../../api/schema/types.generated.ts'
import { MASTERS } from '../guard/credentials.ts'
import { subjectOf } from './csr-subject.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'
import { CSRS } from './signer.ts'

const CLIENT = 'kubernetes.io/kube-apiserver-client'

/** Nobody becomes a master of the cluster by a certificate. plugin/pkg/admission/certificates/subjectrestriction. */
export const certificateSubjectRestriction: Plugin = {
  name: 'CertificateSubjectRestriction',
  of: [CSRS],
  validate(attributes) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return
    const csr = attributes.object as CertificateSigningRequest // asked for these only
    if (csr.spec.signerName !== CLIENT) return
    const groups = subjectOf(csr, ORGANIZATION, (why) => forbid(attributes, `failed to parse CSR: ${why}`))
    if (!groups.includes(MASTERS)) return
    throw forbid(attributes, `use of ${CLIENT} signer with ${MASTERS} group is not allowed`)
  },
}
