import { type FieldError, Path, invalidValue } from '../meta/field-error.ts'
import type { DeviceClass } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { MAX } from './device/claim.ts'
import { configurationErrors, selectorsErrors } from './device/configuration.ts'
import { listErrors } from './device/lists.ts'
import { isExtended } from './resource-names.ts'

const SPEC = Path.of('spec')

/** `ValidateDeviceClass`. */
function validate({ spec = {} }: DeviceClass): FieldError[] {
  const { selectors, config, extendedResourceName: extended } = spec
  return [
    ...selectorsErrors(selectors, SPEC.child('selectors')),
    ...listErrors(config, MAX, ({ opaque }, at) => configurationErrors(opaque, at), SPEC.child('config')),
    ...(extended === undefined || isExtended(extended)
      ? []
      : [invalidValue(SPEC.child('extendedResourceName'), extended, 'must be a valid extended resource name')]),
  ]
}

export const deviceclasses = declare<DeviceClass>('deviceclasses.resource.k8s.io', { validate })
