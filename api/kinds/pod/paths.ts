import { type At, type FieldError, invalidValue } from '../../meta/field-error.ts'

/** Paths inside a volume: `validatePathNoBacksteps` and its kin. */

export function noBacksteps(path: string, at: At, errors: FieldError[]): void {
  if (path.split('/').includes('..')) errors.push(invalidValue(at, path, "must not contain '..'"))
}

/** Relative, and it stays inside. */
export function descending(path: string, at: At, errors: FieldError[]): void {
  if (path.startsWith('/')) errors.push(invalidValue(at, path, 'must be a relative path'))
  noBacksteps(path, at, errors)
}

/** Names that begin with two dots belong to the kubelet's atomic writer. */
export function notReserved(path: string, at: At, errors: FieldError[]): void {
  descending(path, at, errors)
  if (path.startsWith('..') && !path.startsWith('../')) {
    errors.push(invalidValue(at, path, "must not start with '..'"))
  }
}

export const MODE_WRONG = 'must be a number between 0 and 0777 (octal), both inclusive'

export function mode(value: number | undefined, at: At, errors: FieldError[]): void {
  if (value !== undefined && (value < 0 || value > 0o777)) errors.push(invalidValue(at, value, MODE_WRONG))
}
