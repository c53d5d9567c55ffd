import {
  type FieldError,
  type Path,
  eachInvalid,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../meta/field-error.ts'
import { byteLength, goQuote } from '../../meta/go-text.ts'
import { labelValueErrors, qualifiedNameErrors } from '../../meta/names.ts'
import type {
  DeviceSelector,
  DeviceTaint,
  DeviceToleration,
  OpaqueDeviceConfiguration,
} from '../../schema/types.generated.ts'
import { driverNameErrors } from '../driver-name.ts'
import { listErrors } from './lists.ts'

/** What requests, classes, slices and allocations share: pkg/apis/resource/validation. */

const MAX_SELECTORS = 32
const MAX_EXPRESSION = 10 * 1024
const MAX_PARAMETERS = 10 * 1024
const EFFECTS = ['NoExecute', 'NoSchedule', 'None']

/** Expressions are measured, not compiled. */
function selectorErrors({ cel }: DeviceSelector, at: Path): FieldError[] {
  if (cel === undefined) return [required(at.child('cel'))]
  const here = at.child('cel').child('expression')
  const { expression = '' } = cel
  return byteLength(expression) > MAX_EXPRESSION ? [tooLong(here, MAX_EXPRESSION)] : []
}

export const selectorsErrors = (list: readonly DeviceSelector[] | undefined, at: Path): FieldError[] =>
  listErrors(list, MAX_SELECTORS, selectorErrors, at)

function opaqueErrors({ driver = '', parameters }: OpaqueDeviceConfiguration, at: Path): FieldError[] {
  const here = at.child('parameters')
  const errors = driverNameErrors(driver, at.child('driver'))
  if (parameters === null || parameters === undefined) return [...errors, required(here)]
  const text = JSON.stringify(parameters)
  if (byteLength(text) > MAX_PARAMETERS) errors.push(tooLong(here, MAX_PARAMETERS))
  if (typeof parameters !== 'object' || Array.isArray(parameters)) {
    errors.push(invalidValue(here, '<value omitted>', `parameters must be a valid JSON object`))
  }
  return errors
}

/** `validateDeviceConfiguration`. */
export const configurationErrors = (opaque: OpaqueDeviceConfiguration | undefined, at: Path): FieldError[] =>
  opaque === undefined ? [required(at.child('opaque'))] : opaqueErrors(opaque, at.child('opaque'))

function effectErrors(effect: string, at: Path): FieldError[] {
  if (effect === '') return [required(at)]
  return EFFECTS.includes(effect) ? [] : [notSupported(at, effect, EFFECTS)]
}

/** `validateDeviceTaint`. */
export function taintErrors({ key = '', value = '', effect = '' }: DeviceTaint, at: Path): FieldError[] {
  return [
    ...eachInvalid(at.child('key'), key, qualifiedNameErrors(key)),
    ...(value === '' ? [] : eachInvalid(at.child('value'), value, labelValueErrors(value))),
    ...effectErrors(effect, at.child('effect')),
  ]
}

/** `validateDeviceToleration`. */
export function tolerationErrors(of: DeviceToleration, at: Path): FieldError[] {
  const { key = '', operator = '', value = '', effect = '' } = of
  const here = at.child('operator')
  const errors = key === '' ? [] : eachInvalid(at.child('key'), key, qualifiedNameErrors(key))
  if (operator === 'Exists') {
    if (value !== '') {
      errors.push(invalidValue(at.child('value'), value, `must be empty for operator ${goQuote('Exists')}`))
    }
  } else if (operator === 'Equal') {
    errors.push(...eachInvalid(at.child('value'), value, labelValueErrors(value)))
    if (key === '') errors.push(invalidValue(here, operator, 'operator must be Exists when `key` is empty'))
  } else if (operator === '') errors.push(required(here))
  else errors.push(notSupported(here, operator, ['Equal', 'Exists']))
  if (effect !== '') errors.push(...effectErrors(effect, at.child('effect')))
  return errors
}
