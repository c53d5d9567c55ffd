import { type At, type FieldError, eachInvalid, invalidValue, required, tooLong } from '../../meta/field-error.ts'
import { byteLength } from '../../meta/go-text.ts'
import { dnsLabelErrors, dnsSubdomainErrors } from '../../meta/names.ts'
import { driverNameErrors } from '../driver-name.ts'

/** Names of drivers, pools, devices and their attributes: pkg/apis/resource/validation. */

const IDENTIFIER =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')"
const LONGEST_ID = 32
const LONGEST_POOL = 253

export const deviceNameErrors = (name: string, at: At): FieldError[] => eachInvalid(at, name, dnsLabelErrors(name))

export const classNameErrors = (name: string, at: At): FieldError[] =>
  name === '' ? [required(at)] : eachInvalid(at, name, dnsSubdomainErrors(name))

/** Subdomains, separated by slashes. */
export function poolNameErrors(name: string, at: At): FieldError[] {
  if (name === '') return [required(at)]
  return [
    ...(byteLength(name) > LONGEST_POOL ? [tooLong(at, LONGEST_POOL)] : []),
    ...name.split('/').flatMap((part) => eachInvalid(at, part, dnsSubdomainErrors(part))),
  ]
}

function identifierErrors(id: string, at: At): FieldError[] {
  return [
    ...(byteLength(id) > LONGEST_ID ? [tooLong(at, LONGEST_ID)] : []),
    ...(/^[A-Za-z_][A-Za-z0-9_]*$/.test(id) ? [] : [invalidValue(at, id, IDENTIFIER)]),
  ]
}

/** `validateQualifiedName`: an identifier, or a domain and one. */
export function attributeNameErrors(name: string, at: At): FieldError[] {
  const [domain = '', id, ...more] = name.split('/')
  if (id === undefined) return identifierErrors(domain, at)
  if (more.length > 0) return [invalidValue(at, name, 'must not contain more than one slash')]
  return [
    ...(domain === '' ? [invalidValue(at, '', 'the domain must not be empty')] : driverNameErrors(domain, at)),
    ...(id === '' ? [invalidValue(at, '', 'the name must not be empty')] : identifierErrors(id, at)),
  ]
}

export const fullNameErrors = (name: string, at: At): FieldError[] => [
  ...attributeNameErrors(name, at),
  ...(name.includes('/')
    ? []
    : [invalidValue(at, name, 'a fully qualified name must be a domain and a name separated by a slash')]),
]

const UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/

/** `validateUID`. */
export function uuidErrors(uid: string, at: At): FieldError[] {
  if (!UUID.test(uid)) {
    const why = uid.length === 36 ? 'invalid UUID format' : `invalid UUID length: ${byteLength(uid)}`
    return [invalidValue(at, uid, `error validating uid: ${why}`)]
  }
  if (uid === uid.toLowerCase()) return []
  const why =
    'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters'
  return [invalidValue(at, uid, why)]
}
