import { parseRequest, RequestError } from '../../api/kinds/certificate/request.ts'
import type { CertificateSigningRequest } from '../../api/schema/types.generated.ts'

/** What a request says of one attribute of its subject, in order; a request that cannot be read is refused. */
export function subjectOf({ spec }: CertificateSigningRequest, id: string, refusal: (why: string) => Error): string[] {
  try {
    const { subject } = parseRequest(spec.request ?? '')
    return subject.filter((attribute) => attribute.id === id).map(({ value }) => value)
  } catch (error) {
    throw error instanceof RequestError ? refusal(error.message) : error
  }
}
