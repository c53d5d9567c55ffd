import { type At, type FieldError, invalidValue, required, tooLong } from '../../meta/field-error.ts'
import { byteLength, goQuote } from '../../meta/go-text.ts'
import { dnsLabelErrors, dnsSubdomainErrors } from '../../meta/names.ts'

const DOMAIN = 253
const NAME = DOMAIN + (DOMAIN + 63 + 1) + 1

/** The first label that is none; what else is wrong would be told twice. */
function labelErrors(text: string, check: (label: string) => readonly string[], at: At): FieldError[] {
  const wrong = text.split('.').find((label) => check(label).length > 0)
  if (wrong === undefined) return []
  return check(wrong).map((why) => invalidValue(at, text, `validating label ${goQuote(wrong)}: ${why}`))
}

/** `ValidateSignerName` of pkg/apis/core/validation: `example.com/signer-name`. */
export function signerNameErrors(name: string, at: At): FieldError[] {
  if (name === '') return [required(at)]
  const [domain = '', path = '', ...more] = name.split('/')
  if (!name.includes('/') || more.length > 0) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
    return [invalidValue(at, name, why)]
  }
  return [
    ...(byteLength(domain) > DOMAIN ? [tooLong(at, DOMAIN)] : []),
    ...labelErrors(domain, dnsLabelErrors, at),
    ...(domain.includes('.')
      ? []
      : [invalidValue(at, domain, 'should be a domain with at least two segments separated by dots')]),
    ...labelErrors(path, dnsSubdomainErrors, at),
    ...(byteLength(name) > NAME ? [tooLong(at, NAME)] : []),
  ]
}
