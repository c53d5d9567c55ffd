import { type At, type FieldError, eachInvalid, invalidValue, required } from './field-error.ts'
import { dnsLabelErrors, dnsSubdomainErrors } from './names.ts'

/** Names that hold a domain: k8s.io/apimachinery/pkg/util/validation. */

/** `IsFullyQualifiedDomainName`: two labels at least; a dot at the end is allowed. */
export function fqdnErrors(at: At, text: string): FieldError[] {
  if (text === '') return [required(at)]
  const name = text.replace(/\.$/, '')
  const wrong = dnsSubdomainErrors(name)
  if (wrong.length > 0) return [invalidValue(at, name, wrong.join(','))]
  const labels = name.split('.')
  if (labels.length < 2) {
    return [invalidValue(at, name, 'should be a domain with at least two segments separated by dots')]
  }
  const bad = labels.find((label) => dnsLabelErrors(label).length > 0)
  return bad === undefined ? [] : [invalidValue(at, bad, dnsLabelErrors(bad).join(','))]
}

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const httpPath = new RegExp(`^${HTTP_PATH}$`)

/** `IsDomainPrefixedPath`: `acme.io/foo`. */
export function domainPathErrors(at: At, text: string): FieldError[] {
  if (text === '') return [required(at)]
  const slash = text.indexOf('/')
  if (slash <= 0 || slash === text.length - 1) {
    return [invalidValue(at, text, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  }
  const [host, path] = [text.slice(0, slash), text.slice(slash + 1)]
  const errors = eachInvalid(at, host, dnsSubdomainErrors(host))
  if (httpPath.test(path)) return errors
  return [...errors, invalidValue(at, path, `Invalid path (regex used for validation is '${HTTP_PATH}')`)]
}
