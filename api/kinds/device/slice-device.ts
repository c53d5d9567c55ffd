import {
  type FieldError,
  type Path,
  eachInvalid,
  forbidden,
  invalidValue,
  required,
  tooLong,
  tooMany,
} from '../../meta/field-error.ts'
import { byteLength } from '../../meta/go-text.ts'
import { dnsLabelErrors, subdomainName } from '../../meta/names.ts'
import type { CounterSet, Device, DeviceAttribute, DeviceCounterConsumption } from '../../schema/types.generated.ts'
import { internal } from '../internal.ts'
import { nodeSelector } from '../pod/affinity.ts'
import { same } from '../same.ts'
import { taintErrors } from './configuration.ts'
import { listErrors, setErrors } from './lists.ts'
import { attributeNameErrors, deviceNameErrors } from './names.ts'

/** One device that a driver offers: `validateDevice` of pkg/apis/resource/validation. */

const MAX_ATTRIBUTES = 32
const MAX_VALUES = 48
const MAX_TAINTS = 16
const MAX_COUNTERS = 32
const MAX_CONSUMPTIONS = 2
const MAX_CONDITIONS = 4
const LONGEST_VALUE = 64
const LONGEST_KEY = 63 + 1 + 32

const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/

const textErrors = (text: string, at: Path): FieldError[] =>
  byteLength(text) > LONGEST_VALUE ? [tooLong(at, LONGEST_VALUE)] : []

const versionErrors = (text: string, at: Path): FieldError[] => [
  ...(text.length <= 256 && SEMVER.test(text)
    ? []
    : [invalidValue(at, text, 'must be a string compatible with semver.org spec 2.0.0')]),
  ...textErrors(text, at),
]

const MEMBERS = ['bool', 'int', 'string', 'version', 'bools', 'ints', 'strings', 'versions'] as const

function attributeErrors(of: DeviceAttribute, at: Path): FieldError[] {
  const errors: FieldError[] = []
  if (of.string !== undefined) errors.push(...textErrors(of.string, at.child('string')))
  if (of.version !== undefined) errors.push(...versionErrors(of.version, at.child('version')))
  for (const list of ['bools', 'ints', 'strings', 'versions'] as const) {
    if (of[list]?.length === 0) errors.push(invalidValue(at.child(list), [], 'must not be empty if specified'))
  }
  of.strings?.forEach((text, i) => errors.push(...textErrors(text, at.child('strings').index(i))))
  of.versions?.forEach((text, i) => errors.push(...versionErrors(text, at.child('versions').index(i))))
  const given = MEMBERS.filter((member) => of[member] !== undefined).length
  if (given === 0) errors.push(invalidValue(at, '', 'exactly one value must be specified'))
  if (given > 1) {
    errors.push(invalidValue(at, internal('DeviceAttribute', of), 'exactly one value must be specified'))
  }
  return errors
}

const valuesOf = ({ bools = [], ints = [], strings = [], versions = [] }: DeviceAttribute): number =>
  Math.max(1, bools.length + ints.length + strings.length + versions.length)

type Named<T> = Readonly<Record<string, T>>

/** `validateMap`. */
function mapErrors<T>(
  map: Named<T>,
  name: (key: string, at: Path) => FieldError[],
  judge: (value: T, at: Path) => FieldError[],
  at: Path,
): FieldError[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const here = at.key(key)
    const wrong = byteLength(key) > LONGEST_KEY ? [tooLong(here, LONGEST_KEY)] : name(key, here)
    return [...wrong, ...judge(value, here)]
  })
}

function countersErrors(counters: Named<unknown> | undefined, at: Path): FieldError[] {
  const count = Object.keys(counters ?? {}).length
  if (counters === undefined || count === 0) return [required(at)]
  if (count > MAX_COUNTERS) return [tooMany(at, count, MAX_COUNTERS)]
  return mapErrors(
    counters,
    (key, here) => eachInvalid(here, key, dnsLabelErrors(key)),
    () => [],
    at,
  )
}

const counterSetName = (name: string, at: Path): FieldError[] =>
  name === '' ? [required(at)] : eachInvalid(at, name, dnsLabelErrors(name))

/** `validateCounterSet`. */
export const counterSetErrors = ({ name = '', counters }: CounterSet, at: Path): FieldError[] => [
  ...counterSetName(name, at.child('name')),
  ...countersErrors(counters, at.child('counters')),
]

const consumptionErrors = ({ counterSet = '', counters }: DeviceCounterConsumption, at: Path): FieldError[] => [
  ...counterSetName(counterSet, at.child('counterSet')),
  ...countersErrors(counters, at.child('counters')),
]

const ONE_PLACE =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec'

/** Where the device is, if each device says so itself. */
function placeErrors(device: Device, each: boolean, at: Path): FieldError[] {
  const { nodeName, nodeSelector: where, allNodes } = device
  if (!each) {
    const why =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec'
    const free = nodeName === undefined && where === undefined && allNodes === undefined
    return free ? [] : [invalidValue(at, null, why)]
  }
  const errors: FieldError[] = []
  const set: string[] = []
  if (nodeName === '') errors.push(invalidValue(at.child('nodeName'), '', 'must not be empty'))
  if (nodeName) {
    set.push('`nodeName`')
    errors.push(...eachInvalid(at.child('nodeName'), nodeName, subdomainName(nodeName, false)))
  }
  if (where !== undefined) {
    set.push('`nodeSelector`')
    nodeSelector(where, at.child('nodeSelector'), errors)
  }
  if (allNodes === true) set.push('`allNodes`')
  if (allNodes === false) {
    errors.push(invalidValue(at.child('allNodes'), false, 'must be either unset or set to true'))
  }
  if (set.length === 0) errors.push(required(at, ONE_PLACE))
  if (set.length > 1) errors.push(invalidValue(at, `{${set.join(', ')}}`, ONE_PLACE))
  return errors
}

function sizeErrors({ attributes = {}, capacity = {} }: Device, at: Path): FieldError[] {
  const entries = Object.keys(attributes).length + Object.keys(capacity).length
  const values = Object.values(attributes).reduce((sum, one) => sum + valuesOf(one), 0)
  const many = (what: string, most: number) => `the total number of ${what} must not exceed ${most}`
  return [
    ...(entries > MAX_ATTRIBUTES ? [invalidValue(at, entries, many('attributes and capacities', MAX_ATTRIBUTES))] : []),
    ...(values > MAX_VALUES ? [invalidValue(at, values, many('attribute values', MAX_VALUES))] : []),
  ]
}

function bindingErrors(
  { bindingConditions: yes = [], bindingFailureConditions: no = [] }: Device,
  at: Path,
): FieldError[] {
  const errors: FieldError[] = []
  for (const [field, list] of [
    ['bindingConditions', yes],
    ['bindingFailureConditions', no],
  ] as const) {
    if (list.length > MAX_CONDITIONS) errors.push(tooMany(at.child(field), list.length, MAX_CONDITIONS))
  }
  const both = 'bindingConditions and bindingFailureConditions are required together'
  if (yes.length > 0 && no.length === 0) errors.push(invalidValue(at.child('bindingFailureConditions'), no, both))
  if (no.length > 0 && yes.length === 0) errors.push(invalidValue(at.child('bindingConditions'), yes, both))
  return errors
}

/** `old`: what did not change is not judged again. `each`: devices of the slice say where they are. */
export function deviceErrors(device: Device, old: Device | undefined, each: boolean, at: Path): FieldError[] {
  const { name = '', attributes = {}, capacity = {}, taints, consumesCounters, allowMultipleAllocations } = device
  const capacityErrors = mapErrors(
    capacity,
    attributeNameErrors,
    ({ requestPolicy }, here) =>
      requestPolicy === undefined || allowMultipleAllocations === true
        ? []
        : [forbidden(here.child('requestPolicy'), 'allowMultipleAllocations must be true')],
    at.child('capacity'),
  )
  return [
    ...deviceNameErrors(name, at.child('name')),
    ...sizeErrors(device, at),
    ...mapErrors(attributes, attributeNameErrors, attributeErrors, at.child('attributes')),
    ...(old !== undefined && same(old.capacity, capacity) ? [] : capacityErrors),
    ...(old !== undefined && same(old.taints, taints)
      ? []
      : listErrors(taints, MAX_TAINTS, taintErrors, at.child('taints'))),
    ...setErrors(
      consumesCounters,
      MAX_CONSUMPTIONS,
      consumptionErrors,
      ({ counterSet }) => counterSet,
      at.child('consumesCounters'),
    ),
    ...placeErrors(device, each, at),
    ...bindingErrors(device, at),
  ]
}
