import { type At, type FieldError, eachInvalid, invalidValue, required, tooLong } from '../meta/field-error.ts'
import { byteLength } from '../meta/go-text.ts'
import { qualifiedNameErrors } from '../meta/names.ts'

/** What StorageClasses and VolumeAttributesClasses hand to a driver: pkg/apis/storage/validation. */

const MOST_PARAMETERS = 512
const MOST_BYTES = 256 * 1024

/** `validateProvisioner`. */
export const driverErrors = (name: string, at: At): FieldError[] =>
  name === '' ? [required(at)] : eachInvalid(at, name, qualifiedNameErrors(name.toLowerCase()))

/** `validateParameters`. */
export function parameterErrors(parameters: Readonly<Record<string, string>> | undefined, at: At): FieldError[] {
  const entries = Object.entries(parameters ?? {})
  if (entries.length > MOST_PARAMETERS) return [tooLong(at, MOST_PARAMETERS)]
  const size = entries.reduce((sum, [key, text]) => sum + byteLength(key) + byteLength(text), 0)
  return [
    ...(entries.some(([key]) => key === '') ? [invalidValue(at, '', 'field can not be empty.')] : []),
    ...(size > MOST_BYTES ? [tooLong(at, MOST_BYTES)] : []),
  ]
}
