import { Path, type FieldError, duplicate, invalidValue, required } from '../meta/field-error.ts'
import { byteLength } from '../meta/go-text.ts'
import { qualifiedNameErrors } from '../meta/names.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { CSINode, CSINodeDriver } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { internal } from './internal.ts'
import { nonNegative } from './numbers.ts'
import { driverNameErrors } from './driver-name.ts'
import { same } from './same.ts'

/** CSINodes: pkg/apis/storage/validation. */

const DRIVERS = Path.of('spec').child('drivers')
const LONGEST_ID = 192

function driverErrors(driver: CSINodeDriver, i: number, drivers: readonly CSINodeDriver[]): FieldError[] {
  const at = DRIVERS.index(i)
  const { name = '', nodeID = '', allocatable } = driver
  const keys = driver.topologyKeys ?? []
  const id = at.child('nodeID')
  return [
    ...driverNameErrors(name, at.child('name')),
    ...(nodeID === '' ? [required(id)] : []),
    ...(byteLength(nodeID) > LONGEST_ID ? [invalidValue(id, nodeID, `must be ${LONGEST_ID} characters or less`)] : []),
    ...nonNegative(at.child('allocatable').child('count'), allocatable?.count),
    ...(drivers.findIndex((other) => (other.name ?? '') === name) < i ? [duplicate(at.child('name'), name)] : []),
    ...keys.flatMap((key, j) => [
      ...(key === '' ? [required(at)] : []),
      ...(keys.indexOf(key) < j ? [duplicate(at, key)] : []),
      ...qualifiedNameErrors(key).map((message) => invalidValue(at, keys, message)),
    ]),
  ]
}

/** How many volumes a Node takes may change (MutableCSINodeAllocatableCount); all else of a driver stays. */
const frozen = ({ name, nodeID, topologyKeys }: CSINodeDriver): object => ({ name, nodeID, topologyKeys })

export const csinodes = declare<CSINode>('csinodes.storage.k8s.io', {
  validate: ({ spec }) => (spec?.drivers ?? []).flatMap(driverErrors),
  validateUpdate: ({ spec }, old) =>
    (old.spec?.drivers ?? []).flatMap((before) =>
      (spec?.drivers ?? [])
        .filter((driver) => driver.name === before.name && !same(frozen(driver), frozen(before)))
        .map((driver) => invalidValue('CSINodeDriver', internal('CSINodeDriver', driver), IMMUTABLE)),
    ),
})
