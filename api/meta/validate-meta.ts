import { Path, eachInvalid, type FieldError, forbidden, invalidValue, required, tooLong } from './field-error.ts'
import { byteLength, compareText, goQuote } from './go-text.ts'
import {
  LONGEST_MANAGER,
  labelName,
  managerNameErrors,
  pathSegmentErrors,
  qualifiedNameErrors,
  subdomainName,
} from './names.ts'
import type { JsonObject, ObjectMeta, OwnerReference, Resource } from './object.ts'
import { labelErrors } from './selector.ts'

/**
 * Validation of metadata, which is the same for every kind but for the rule of its name.
 * Models: k8s.io/apimachinery/pkg/api/validation/objectmeta.go, pkg/apis/core/validation (ValidateObjectMeta).
 */

/** What must be known of a kind. */
export interface MetaRules {
  readonly namespaced: boolean
  readonly rules: { readonly validateName?: (name: string, prefix: boolean) => readonly string[] }
}
type NameRule = (name: string, prefix: boolean) => readonly string[]

const META = Path.of('metadata')
const ANNOTATION_BYTES = 262144
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])
export const IMMUTABLE = 'field is immutable'

function nameErrors(meta: ObjectMeta, rule: NameRule): FieldError[] {
  const { name, generateName } = meta
  return [
    ...(generateName ? eachInvalid(META.child('generateName'), generateName, rule(generateName, true)) : []),
    ...(name
      ? eachInvalid(META.child('name'), name, rule(name, false))
      : [required(META.child('name'), 'name or generateName is required')]),
  ]
}

function namespaceErrors(namespace: string | undefined, namespaced: boolean): FieldError[] {
  const at = META.child('namespace')
  if (!namespaced) return namespace ? [forbidden(at, 'not allowed on this type')] : []
  return namespace ? eachInvalid(at, namespace, labelName(namespace, false)) : [required(at)]
}

/** `ValidateAnnotations`; Pod templates use it too. */
export function annotationErrors(annotations: Readonly<Record<string, string>> | undefined, at: Path): FieldError[] {
  const errors: FieldError[] = []
  let size = 0
  for (const key in annotations) {
    errors.push(...eachInvalid(at, key, qualifiedNameErrors(key.toLowerCase())))
    size += byteLength(key) + byteLength(annotations[key] ?? '')
  }
  if (size > ANNOTATION_BYTES) errors.push(tooLong(at, ANNOTATION_BYTES))
  return errors
}

/** In Go's field order, empty strings printed. */
const printedOwner = (owner: OwnerReference): OwnerReference => ({
  apiVersion: owner.apiVersion ?? '',
  kind: owner.kind ?? '',
  name: owner.name ?? '',
  uid: owner.uid ?? '',
  ...(owner.controller === undefined ? {} : { controller: owner.controller }),
  ...(owner.blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion: owner.blockOwnerDeletion }),
})

function ownerErrors(owners: readonly OwnerReference[]): FieldError[] {
  const at = META.child('ownerReferences')
  const errors: FieldError[] = []
  let controller: string | undefined
  for (const owner of owners.map(printedOwner)) {
    const { apiVersion, kind, name, uid } = owner
    if (apiVersion === '' || apiVersion.endsWith('/')) {
      errors.push(invalidValue(at.child('apiVersion'), apiVersion, 'version must not be empty'))
    }
    if (kind === '') errors.push(invalidValue(at.child('kind'), kind, 'must not be empty'))
    if (name === '') errors.push(invalidValue(at.child('name'), name, 'must not be empty'))
    if (uid === '') errors.push(invalidValue(at.child('uid'), uid, 'must not be empty'))
    if (apiVersion === 'v1' && kind === 'Event') {
      errors.push(invalidValue(at, owner, '/v1, Kind=Event is disallowed from being an owner'))
    }
    if (owner.controller !== true) continue
    if (controller === undefined) controller = `${kind}/${name}`
    else {
      const both = `Found "true" in references for ${controller} and ${kind}/${name}`
      const why = `Only one reference can have Controller set to true. ${both}`
      errors.push(invalidValue(at, owners.map(printedOwner), why))
    }
  }
  return errors
}

function finalizerErrors(finalizers: readonly string[]): FieldError[] {
  const at = META.child('finalizers')
  const errors = finalizers.flatMap((name) => eachInvalid(at, name, qualifiedNameErrors(name)))
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalidValue(at, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'))
  }
  return errors
}

/** `validateKubeFinalizerName`: built-in kinds want a domain in it. */
const coreFinalizerErrors = (finalizers: readonly string[]): FieldError[] =>
  finalizers.flatMap((name, i) =>
    name.includes('/') || STANDARD_FINALIZERS.has(name)
      ? []
      : [
          invalidValue(
            META.child('finalizers').index(i),
            name,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ],
  )

function managedErrors(entries: readonly JsonObject[]): FieldError[] {
  return entries.flatMap((entry, i) => {
    const at = META.child('managedFields').index(i)
    const { operation = '', fieldsType = '', manager = '', subresource = '' } = entry
    const errors: FieldError[] = []
    if (operation !== 'Apply' && operation !== 'Update') {
      errors.push(invalidValue(at.child('operation'), operation, 'must be `Apply` or `Update`'))
    }
    if (fieldsType !== '' && fieldsType !== 'FieldsV1') {
      errors.push(invalidValue(at.child('fieldsType'), fieldsType, 'must be `FieldsV1`'))
    }
    if (byteLength(String(manager)) > LONGEST_MANAGER) errors.push(tooLong(at.child('manager'), LONGEST_MANAGER))
    errors.push(...eachInvalid(at.child('manager'), manager, managerNameErrors(String(manager))))
    if (byteLength(String(subresource)) > 256) errors.push(tooLong(at.child('subresource'), 256))
    return errors
  })
}

const shared = (meta: ObjectMeta): FieldError[] => [
  ...labelErrors(meta.labels, META.child('labels')),
  ...annotationErrors(meta.annotations, META.child('annotations')),
  ...(meta.ownerReferences === undefined ? [] : ownerErrors(meta.ownerReferences)),
]

/** `ValidateObjectMeta` of apimachinery. */
function wholeErrors(meta: ObjectMeta, namespaced: boolean, rule: NameRule): FieldError[] {
  const generation = meta.generation ?? 0
  return [
    ...nameErrors(meta, rule),
    ...namespaceErrors(meta.namespace, namespaced),
    ...(generation < 0
      ? [invalidValue(META.child('generation'), generation, 'must be greater than or equal to 0')]
      : []),
    ...shared(meta),
    ...finalizerErrors(meta.finalizers ?? []),
    ...managedErrors(meta.managedFields ?? []),
  ]
}

const FROZEN = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

/** `ValidateObjectMetaUpdate` of apimachinery. */
function updateErrors(meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = []
  if (old.deletionTimestamp !== undefined) errors.push(...addedFinalizers(meta, old))
  if (!meta.resourceVersion) {
    errors.push(invalidValue(META.child('resourceVersion'), '', 'must be specified for an update'))
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalidValue(META.child('generation'), meta.generation ?? 0, 'must not be decremented'))
  }
  for (const field of FROZEN) {
    if (meta[field] === old[field]) continue
    const empty = field === 'name' || field === 'namespace' || field === 'uid' ? '' : null
    errors.push(invalidValue(META.child(field), meta[field] ?? empty, IMMUTABLE))
  }
  return [...errors, ...shared(meta), ...managedErrors(meta.managedFields ?? [])]
}

function addedFinalizers(meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  const before = new Set(old.finalizers)
  const added = [...new Set(meta.finalizers)].filter((name) => !before.has(name)).sort(compareText)
  if (added.length === 0) return []
  const list = `[]string{${added.map(goQuote).join(', ')}}`
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`
  return [forbidden(META.child('finalizers'), why)]
}

/**
 * Everything that is wrong with an object's metadata. On create it is checked once, by the kind's own rule of names. On
 * update Kubernetes checks three times (rest.validateCommonFields twice, the kind's strategy once), so an error stands
 * three times among the causes; in the message it stands once.
 */
export function validateMeta(object: Resource, old: Resource | undefined, kind: MetaRules): FieldError[] {
  const meta = object.metadata
  const core = coreFinalizerErrors(meta.finalizers ?? [])
  if (old === undefined) {
    return [...wholeErrors(meta, kind.namespaced, kind.rules.validateName ?? subdomainName), ...core]
  }
  const changed = updateErrors(meta, old.metadata)
  return [...wholeErrors(meta, kind.namespaced, pathSegmentErrors), ...changed, ...changed, ...core]
}
