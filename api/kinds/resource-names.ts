import { type At, type FieldError, eachInvalid, invalidValue } from '../meta/field-error.ts'
import { qualifiedNameErrors } from '../meta/names.ts'
import { type Quantity, formatQuantity, milliValue, sign } from '../meta/quantity.ts'
import { NEGATIVE } from './numbers.ts'

/** Which names resources of Pods and Nodes may have. Model: pkg/apis/core/helper/helpers.go. */

const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]
const COUNTS: ReadonlySet<string> = new Set(COUNTED)
const STANDARD: ReadonlySet<string> = new Set([
  ...COUNTED,
  'cpu',
  'memory',
  'ephemeral-storage',
  'storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
])
const QUOTA: ReadonlySet<string> = new Set([...STANDARD].filter((name) => name !== 'storage'))
const CONTAINER: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage'])

export const isHugePage = (name: string): boolean => name.startsWith('hugepages-')
const isQuotaHugePage = (name: string): boolean => isHugePage(name) || name.startsWith('requests.hugepages-')
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')

/** Whether requests may be below limits: not for huge pages and devices. */
export const mayOvercommit = (name: string): boolean => isNative(name) && !isHugePage(name)

/** A device or the like, named by its vendor: `nvidia.com/gpu`. */
export const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedNameErrors(`requests.${name}`).length === 0

export const isIntegerResource = (name: string): boolean => COUNTS.has(name) || isExtended(name)

/** `validateResourceName`. */
export function resourceNameErrors(name: string, at: At): FieldError[] {
  const errors = eachInvalid(at, name, qualifiedNameErrors(name))
  if (errors.length === 0 && !name.includes('/') && !STANDARD.has(name) && !isQuotaHugePage(name)) {
    errors.push(invalidValue(at, name, 'must be a standard resource type or fully qualified'))
  }
  return errors
}

/** `validateContainerResourceName`. */
export function containerResourceErrors(name: string, at: At): FieldError[] {
  if (CONTAINER.has(name)) return []
  const errors = resourceNameErrors(name, at)
  const plain = !name.includes('/')
  if (plain && !isHugePage(name)) errors.push(invalidValue(at, name, 'must be a standard resource for containers'))
  if (!plain && !isNative(name) && !isExtended(name)) {
    errors.push(invalidValue(at, name, "doesn't follow extended resource name standard"))
  }
  return errors
}

/** `IsStandardQuotaResourceName`. */
export const isQuotaResource = (name: string): boolean => QUOTA.has(name) || isQuotaHugePage(name)

/** `ValidateResourceQuotaResourceName`. */
export function quotaResourceErrors(name: string, at: At): FieldError[] {
  const errors = resourceNameErrors(name, at)
  if (name.includes('/') || isQuotaResource(name)) return errors
  return [...errors, invalidValue(at, name, 'must be a standard resource for quota')]
}

/** `ValidateResourceQuantityValue`: no less than nothing, and of what is counted no parts. */
export function amountErrors(name: string, amount: Quantity, at: At): FieldError[] {
  const text = formatQuantity(amount)
  return [
    ...(sign(amount) < 0 ? [invalidValue(at, text, NEGATIVE)] : []),
    ...(isIntegerResource(name) && milliValue(amount) % 1000 !== 0
      ? [invalidValue(at, text, 'must be an integer')]
      : []),
  ]
}
