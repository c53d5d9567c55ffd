import { Path, type FieldError, eachInvalid, invalidValue } from '../meta/field-error.ts'
import { subdomainName } from '../meta/names.ts'
import { formatQuantity, sign } from '../meta/quantity.ts'
import { labelSelectorErrors } from '../meta/selector.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { CSIStorageCapacity } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { nodeSelectorWarnings } from './node-label-warnings.ts'
import { NEGATIVE, quantityOf } from './numbers.ts'
import { same } from './same.ts'

/** CSIStorageCapacities: pkg/apis/storage/validation. */

const TOPOLOGY = Path.of('nodeTopology')

function sizeErrors(text: string | undefined, field: string): FieldError[] {
  const size = quantityOf(text)
  return sign(size) < 0 ? [invalidValue(field, formatQuantity(size), NEGATIVE)] : []
}

const errorsOf = (of: CSIStorageCapacity, anyLabelValue: boolean): FieldError[] => [
  ...labelSelectorErrors(of.nodeTopology, TOPOLOGY, { anyLabelValue }),
  ...eachInvalid('storageClassName', of.storageClassName ?? '', subdomainName(of.storageClassName ?? '', false)),
  ...sizeErrors(of.capacity, 'capacity'),
  ...sizeErrors(of.maximumVolumeSize, 'maximumVolumeSize'),
]

export const csistoragecapacities = declare<CSIStorageCapacity>('csistoragecapacities.storage.k8s.io', {
  validate: (of, { operation }) => (operation === 'create' ? errorsOf(of, false) : []),
  validateUpdate: (of, old) => [
    ...errorsOf(of, labelSelectorErrors(old.nodeTopology, TOPOLOGY).length > 0),
    ...(same(of.nodeTopology, old.nodeTopology) ? [] : [invalidValue(TOPOLOGY, of.nodeTopology, IMMUTABLE)]),
    ...(of.storageClassName === old.storageClassName
      ? []
      : [invalidValue('storageClassName', of.storageClassName, IMMUTABLE)]),
  ],
  warn: ({ nodeTopology }) => nodeSelectorWarnings(nodeTopology, TOPOLOGY),
})
