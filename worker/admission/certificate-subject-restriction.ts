import { ORGANIZATION, parseRequest, RequestError } from '../../api/kinds/certificate/request.ts'
import type { CertificateSigningRequest } from '../../api/schema/types.generated.ts'
import { MASTERS } from '../guard/credentials.ts'
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
    const { signerName, request } = (attributes.object as CertificateSigningRequest).spec // asked for these only
    if (signerName !== CLIENT) return
    const wanted = subjectOf(request ?? '', (why) => forbid(attributes, `failed to parse CSR: ${why}`))
    if (!wanted.some(({ id, value }) => id === ORGANIZATION && value === MASTERS)) return
    throw forbid(attributes, `use of ${CLIENT} signer with ${MASTERS} group is not allowed`)
  },
}

function subjectOf(request: string, refusal: (why: string) => Error) {
  try {
    return parseRequest(request).subject
  } catch (error) {
    throw error instanceof RequestError ? refusal(error.message) : error
  }
}
