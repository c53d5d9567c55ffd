import { type At, type FieldError, eachInvalid, required, tooLong } from '../meta/field-error.ts'
import { byteLength } from '../meta/go-text.ts'
import { dnsSubdomainErrors } from '../meta/names.ts'

const LONGEST = 63

/** `ValidateCSIDriverName`, which names of DRA drivers follow too: a subdomain of at most 63 bytes, in any case. */
export function driverNameErrors(name: string, at: At): FieldError[] {
  if (name === '') return [required(at)]
  return [
    ...(byteLength(name) > LONGEST ? [tooLong(at, LONGEST)] : []),
    ...eachInvalid(at, name, dnsSubdomainErrors(name.toLowerCase())),
  ]
}
