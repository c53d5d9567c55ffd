import {
  type FieldError,
  type Path,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../meta/field-error.ts'
import { dnsSubdomainErrors, labelName, subdomainName } from '../meta/names.ts'
import { formatQuantity, sign } from '../meta/quantity.ts'
import { labelSelectorErrors } from '../meta/selector.ts'
import type { PersistentVolumeClaimSpec, TypedObjectReference } from '../schema/types.generated.ts'
import { quantityOf } from './numbers.ts'

/** What PersistentVolumeClaims and the templates of claims ask for: `ValidatePersistentVolumeClaimSpec`. */

const MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const VOLUME_MODES = ['Block', 'Filesystem']

/** The modes of a claim or of a volume, which has at least one; `ReadWriteOncePod` stands alone. */
export function accessModeErrors(modes: readonly string[], at: Path): FieldError[] {
  const errors = modes.flatMap((mode) => (MODES.includes(mode) ? [] : [notSupported(at, mode, MODES)]))
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && MODES.includes(mode))
  if (!others || !modes.includes('ReadWriteOncePod')) return errors
  return [...errors, forbidden(at, 'may not use ReadWriteOncePod with other access modes')]
}

export const volumeModeErrors = (mode: string | undefined, at: Path): FieldError[] =>
  mode === undefined || VOLUME_MODES.includes(mode) ? [] : [notSupported(at, mode, VOLUME_MODES)]

/** `ValidateClassName`; an empty name is none. */
export const classNameErrors = (name: string | undefined, at: Path): FieldError[] =>
  name ? eachInvalid(at, name, subdomainName(name, false)) : []

type Source = Omit<TypedObjectReference, 'namespace'> & { namespace?: string }

function sourceErrors(of: Source, at: Path, anyGroup: boolean): FieldError[] {
  const { name, kind, namespace = '' } = of
  const apiGroup = of.apiGroup ?? ''
  const errors: FieldError[] = []
  if (!name) errors.push(required(at.child('name')))
  if (!kind) errors.push(required(at.child('kind')))
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim') {
    errors.push(invalidValue(at, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
  }
  if (apiGroup !== '' && !anyGroup) {
    errors.push(...eachInvalid(at.child('apiGroup'), apiGroup, dnsSubdomainErrors(apiGroup)))
  }
  if (namespace !== '') errors.push(...eachInvalid(at.child('namespace'), namespace, labelName(namespace, false)))
  return errors
}

/** Kubernetes quotes the path where the value belongs; a Path has no exported fields and prints as {}. */
function bothSources({ dataSource, dataSourceRef }: PersistentVolumeClaimSpec, at: Path): FieldError[] {
  if (dataSource === undefined || dataSourceRef === undefined) return []
  if (dataSourceRef.namespace) {
    return [invalidValue(at, {}, 'may not be specified when dataSourceRef.namespace is specified')]
  }
  const isSame = (['apiGroup', 'kind', 'name'] as const).every(
    (field) => (dataSource[field] ?? undefined) === (dataSourceRef[field] ?? undefined),
  )
  return isSame ? [] : [invalidValue(at, {}, 'must match dataSourceRef')]
}

/** What was accepted once, and stays accepted in a claim that has it. */
export interface ClaimLenience {
  readonly anyLabelValue: boolean
  readonly anyGroup: boolean
}
const STRICT: ClaimLenience = { anyLabelValue: false, anyGroup: false }

export function claimSpecErrors(
  spec: PersistentVolumeClaimSpec | undefined,
  at: Path,
  lenience: ClaimLenience = STRICT,
): FieldError[] {
  const { accessModes = [], selector, resources, dataSource, dataSourceRef, ...rest } = spec ?? { resources: {} }
  const errors: FieldError[] = []
  const modes = at.child('accessModes')
  if (accessModes.length === 0) errors.push(required(modes, 'at least 1 access mode is required'))
  errors.push(...labelSelectorErrors(selector, at.child('selector'), lenience))
  errors.push(...accessModeErrors(accessModes, modes))
  const storage = resources?.requests?.['storage']
  const here = at.child('resources').key('storage')
  if (storage === undefined) errors.push(required(here))
  else if (sign(quantityOf(storage)) <= 0) {
    errors.push(invalidValue(here, formatQuantity(quantityOf(storage)), 'must be greater than zero'))
  }
  errors.push(...classNameErrors(rest.storageClassName, at.child('storageClassName')))
  errors.push(...volumeModeErrors(rest.volumeMode ?? undefined, at.child('volumeMode')))
  if (dataSource !== undefined) errors.push(...sourceErrors(dataSource, at.child('dataSource'), lenience.anyGroup))
  if (dataSourceRef !== undefined) {
    errors.push(...sourceErrors(dataSourceRef, at.child('dataSourceRef'), lenience.anyGroup))
  }
  if (spec !== undefined) errors.push(...bothSources(spec, at))
  return [...errors, ...classNameErrors(rest.volumeAttributesClassName, at.child('volumeAttributesClassName'))]
}
