import {
  type FieldError,
  type Path,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { dnsSubdomainErrors, labelName, subdomainName } from '../../meta/names.ts'
import { formatQuantity, sign } from '../../meta/quantity.ts'
import { labelErrors, labelSelectorErrors } from '../../meta/selector.ts'
import { annotationErrors } from '../../meta/validate-meta.ts'
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedObjectReference,
} from '../../schema/types.generated.ts'
import { quantityOf } from '../numbers.ts'

/** The claim that an ephemeral volume brings along: `ValidatePersistentVolumeClaimTemplate`. */

const MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const VOLUME_MODES = ['Block', 'Filesystem']

function accessModes(modes: readonly string[], at: Path, errors: FieldError[]): void {
  if (modes.length === 0) errors.push(required(at, 'at least 1 access mode is required'))
}

function eachMode(modes: readonly string[], at: Path, errors: FieldError[]): void {
  for (const mode of modes) if (!MODES.includes(mode)) errors.push(notSupported(at, mode, MODES))
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && MODES.includes(mode))
  if (others && modes.includes('ReadWriteOncePod')) {
    errors.push(forbidden(at, 'may not use ReadWriteOncePod with other access modes'))
  }
}

function source(
  of: Omit<TypedObjectReference, 'namespace'> & { namespace?: string },
  at: Path,
  errors: FieldError[],
): void {
  const { name, kind, namespace = '' } = of
  const apiGroup = of.apiGroup ?? ''
  if (!name) errors.push(required(at.child('name')))
  if (!kind) errors.push(required(at.child('kind')))
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim') {
    errors.push(invalidValue(at, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
  }
  if (apiGroup !== '') errors.push(...eachInvalid(at.child('apiGroup'), apiGroup, dnsSubdomainErrors(apiGroup)))
  if (namespace !== '') errors.push(...eachInvalid(at.child('namespace'), namespace, labelName(namespace, false)))
}

function claimSpec(spec: PersistentVolumeClaimSpec, at: Path, errors: FieldError[]): void {
  const { accessModes: modes = [], selector, resources, dataSource, dataSourceRef } = spec
  const volumeMode = spec.volumeMode ?? undefined
  accessModes(modes, at.child('accessModes'), errors)
  errors.push(...labelSelectorErrors(selector, at.child('selector')))
  eachMode(modes, at.child('accessModes'), errors)
  const storage = resources?.requests?.['storage']
  const here = at.child('resources').key('storage')
  if (storage === undefined) errors.push(required(here))
  else if (sign(quantityOf(storage)) <= 0) {
    errors.push(invalidValue(here, formatQuantity(quantityOf(storage)), 'must be greater than zero'))
  }
  const of = spec.storageClassName ?? ''
  if (of) errors.push(...eachInvalid(at.child('storageClassName'), of, subdomainName(of, false)))
  if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode)) {
    errors.push(notSupported(at.child('volumeMode'), volumeMode, VOLUME_MODES))
  }
  if (dataSource !== undefined) source(dataSource, at.child('dataSource'), errors)
  if (dataSourceRef !== undefined) source(dataSourceRef, at.child('dataSourceRef'), errors)
  // Kubernetes quotes the path where the value belongs; a Path has no exported fields and prints as {}.
  if (dataSource !== undefined && dataSourceRef?.namespace) {
    errors.push(invalidValue(at, {}, 'may not be specified when dataSourceRef.namespace is specified'))
  } else if (dataSource !== undefined && dataSourceRef !== undefined) {
    const same = (['apiGroup', 'kind', 'name'] as const).every((field) => dataSource[field] === dataSourceRef[field])
    if (!same) errors.push(invalidValue(at, {}, 'must match dataSourceRef'))
  }
  const attributes = spec.volumeAttributesClassName ?? ''
  if (attributes) {
    errors.push(...eachInvalid(at.child('volumeAttributesClassName'), attributes, subdomainName(attributes, false)))
  }
}

const OWN_METADATA = ['annotations', 'labels']

export function claimTemplate(template: PersistentVolumeClaimTemplate, at: Path, errors: FieldError[]): void {
  const here = at.child('metadata')
  errors.push(...annotationErrors(template.metadata?.annotations, here.child('annotations')))
  errors.push(...labelErrors(template.metadata?.labels, here.child('labels')))
  for (const [field, value] of Object.entries({ ...template.metadata })) {
    const unset = value === undefined || value === null || value === ''
    if (!unset && !OWN_METADATA.includes(field)) errors.push(forbidden(here.child(field), 'cannot be set'))
  }
  claimSpec(template.spec, at.child('spec'), errors)
}
