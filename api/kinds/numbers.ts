import { type At, type FieldError, eachInvalid, invalidValue } from '../meta/field-error.ts'
import { portErrors, portNameErrors, rangeMessage } from '../meta/names.ts'
import { type Quantity, QuantityError, parseQuantity } from '../meta/quantity.ts'

export const NEGATIVE = 'must be greater than or equal to 0'

/** `ValidateNonnegativeField`. A missing number passes. */
export const nonNegative = (at: At, value: number | undefined): FieldError[] =>
  value !== undefined && value < 0 ? [invalidValue(at, value, NEGATIVE)] : []

/** `ValidatePositiveField`. */
export const positive = (at: At, value: number): FieldError[] =>
  value <= 0 ? [invalidValue(at, value, 'must be greater than zero')] : []

export const inRange = (at: At, value: number, least: number, most: number): FieldError[] =>
  value < least || value > most ? [invalidValue(at, value, rangeMessage(least, most))] : []

const ZERO: Quantity = { digits: 0n, scale: 0, format: 'DecimalSI' }

/** Decoding has refused what is no quantity; a value that came around it counts as zero. */
export function quantityOf(text: string | number | undefined): Quantity {
  if (text === undefined) return ZERO
  try {
    return parseQuantity(String(text))
  } catch (error) {
    if (error instanceof QuantityError) return ZERO
    throw error
  }
}

/** A number of a port, or its name. */
export function portOrNameErrors(port: number | string, at: At): FieldError[] {
  return eachInvalid(at, port, typeof port === 'number' ? portErrors(port) : portNameErrors(port))
}
