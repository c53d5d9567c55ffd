import {
  type FieldError,
  type Path,
  eachInvalid,
  invalidValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { configKeyErrors, dnsLabelErrors, envNameErrors, qualifiedNameErrors, subdomainName } from '../../meta/names.ts'
import { formatQuantity, isZero } from '../../meta/quantity.ts'
import type {
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  FileKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '../../schema/types.generated.ts'
import { quantityOf } from '../numbers.ts'
import { noBacksteps } from './paths.ts'

/** Environment variables and the downward API: pkg/apis/core/validation. */

const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
/** What the API knows of, be it allowed at the place or not (`ConvertDownwardAPIFieldLabel`). */
const FIELDS: ReadonlySet<string> = new Set([
  ...ENV_FIELDS,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'spec.host',
])

/** `metadata.labels['app']` → path and subscript. */
const SUBSCRIPTED = /^(.*)\['(.*)'\]$/s

/** `validateObjectFieldSelector`. */
export function fieldRef(ref: ObjectFieldSelector, allowed: readonly string[], at: Path, errors: FieldError[]): void {
  const { apiVersion = '', fieldPath = '' } = ref
  if (apiVersion === '') return void errors.push(required(at.child('apiVersion')))
  if (fieldPath === '') return void errors.push(required(at.child('fieldPath')))
  const unknown = (why: string): void =>
    void errors.push(invalidValue(at.child('fieldPath'), fieldPath, `error converting fieldPath: ${why}`))
  if (apiVersion !== 'v1') return unknown(`unsupported pod version: ${apiVersion}`)
  const match = SUBSCRIPTED.exec(fieldPath)
  if (match !== null) {
    const [, path, key = ''] = match
    if (path === 'metadata.annotations')
      errors.push(...eachInvalid(at, key.toLowerCase(), qualifiedNameErrors(key.toLowerCase())))
    else if (path === 'metadata.labels') errors.push(...eachInvalid(at, key, qualifiedNameErrors(key)))
    else unknown(`field label does not support subscript: ${fieldPath}`)
    return
  }
  if (!FIELDS.has(fieldPath)) return unknown(`field label not supported: ${fieldPath}`)
  const path = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath
  if (!allowed.includes(path)) errors.push(notSupported(at.child('fieldPath'), path, allowed.toSorted()))
}

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]
const isHugePage = (resource: string): boolean => /^(?:requests|limits)\.hugepages-/.test(resource)
const BYTES: ReadonlySet<string> = new Set([
  '1',
  '1k',
  '1M',
  '1G',
  '1T',
  '1P',
  '1E',
  '1Ki',
  '1Mi',
  '1Gi',
  '1Ti',
  '1Pi',
  '1Ei',
])
const BYTE_TEXT = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei'

function divisor(resource: string, text: string | undefined, at: Path, errors: FieldError[]): void {
  const quantity = quantityOf(text)
  if (isZero(quantity)) return
  const printed = formatQuantity(quantity)
  const kind = isHugePage(resource) ? 'hugepages' : resource.replace(/^(?:limits|requests)\./, '')
  const wrong = (values: string, of: string): void =>
    void errors.push(
      invalidValue(
        at.child('divisor'),
        resource,
        `only divisor's values ${values} are supported with the ${of} resource`,
      ),
    )
  if (kind === 'cpu' && printed !== '1m' && printed !== '1') wrong('1m and 1', 'cpu')
  if (BYTES.has(printed)) return
  if (kind === 'memory' || kind === 'hugepages') wrong(BYTE_TEXT, kind)
  if (kind === 'ephemeral-storage') wrong(BYTE_TEXT, 'local ephemeral storage')
}

/** `validateContainerResourceFieldSelector`; a volume must name the container. */
export function resourceRef(ref: ResourceFieldSelector, volume: boolean, at: Path, errors: FieldError[]): void {
  const { containerName = '', resource = '' } = ref
  if (volume && containerName === '') errors.push(required(at.child('containerName')))
  else if (resource === '') errors.push(required(at.child('resource')))
  else if (!RESOURCES.includes(resource) && !isHugePage(resource)) {
    errors.push(notSupported(at.child('resource'), resource, RESOURCES))
  }
  divisor(resource, ref.divisor, at, errors)
}

/** A key of a ConfigMap or a Secret. */
function keyRef(ref: { name?: string; key: string }, at: Path, errors: FieldError[]): void {
  const { name = '', key = '' } = ref
  errors.push(...eachInvalid(at.child('name'), name, subdomainName(name, false)))
  if (key === '') errors.push(required(at.child('key')))
  else errors.push(...eachInvalid(at.child('key'), key, configKeyErrors(key)))
}

function fileRef({ key = '', volumeName = '', path = '' }: FileKeySelector, at: Path, errors: FieldError[]): void {
  if (key === '') errors.push(required(at.child('key')))
  else errors.push(...eachInvalid(at.child('key'), key, envNameErrors(key)))
  if (volumeName === '') errors.push(required(at.child('volumeName')))
  else errors.push(...eachInvalid(at.child('volumeName'), volumeName, dnsLabelErrors(volumeName)))
  if (path === '') errors.push(required(at.child('path')))
  else noBacksteps(path, at.child('path'), errors)
}

const SOURCES = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'

function valueFrom(source: EnvVarSource, value: string, at: Path, errors: FieldError[]): void {
  const { fieldRef: field, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source
  if (field !== undefined) fieldRef(field, ENV_FIELDS, at.child('fieldRef'), errors)
  if (resourceFieldRef !== undefined) resourceRef(resourceFieldRef, false, at.child('resourceFieldRef'), errors)
  if (configMapKeyRef !== undefined) keyRef(configMapKeyRef, at.child('configMapKeyRef'), errors)
  if (secretKeyRef !== undefined) keyRef(secretKeyRef, at.child('secretKeyRef'), errors)
  if (fileKeyRef !== undefined) fileRef(fileKeyRef, at.child('fileKeyRef'), errors)
  const sources = [field, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef]
  const count = sources.filter((found) => found !== undefined).length
  if (count === 0) errors.push(invalidValue(at, '', `must specify one of: ${SOURCES}`))
  else if (value !== '') errors.push(invalidValue(at, '', 'may not be specified when `value` is not empty'))
  else if (count > 1) errors.push(invalidValue(at, '', 'may not have more than one field specified at a time'))
}

/** `ValidateEnv`. */
export function env(variables: readonly EnvVar[], at: Path, errors: FieldError[]): void {
  variables.forEach(({ name = '', value = '', valueFrom: source }, i) => {
    if (name === '') errors.push(required(at.index(i).child('name')))
    else {
      const messages = envNameErrors(name)
      if (messages.length > 0) errors.push(...eachInvalid(at.index(i).child('name'), name, messages))
    }
    if (source !== undefined) valueFrom(source, value, at.index(i).child('valueFrom'), errors)
  })
}

/** `ValidateEnvFrom`; the last two errors are about the list. */
export function envFrom(sources: readonly EnvFromSource[], at: Path, errors: FieldError[]): void {
  sources.forEach(({ prefix = '', configMapRef, secretRef }, i) => {
    const here = at.index(i)
    if (prefix !== '') errors.push(...eachInvalid(here.child('prefix'), prefix, envNameErrors(prefix)))
    for (const [field, ref] of [
      ['configMapRef', configMapRef],
      ['secretRef', secretRef],
    ] as const) {
      if (ref === undefined) continue
      const name = ref.name ?? ''
      if (name === '') errors.push(required(here.child(field).child('name')))
      else errors.push(...eachInvalid(here.child(field).child('name'), name, subdomainName(name, true)))
    }
    if (configMapRef === undefined && secretRef === undefined) {
      errors.push(invalidValue(at, '', 'must specify one of: `configMapRef` or `secretRef`'))
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      errors.push(invalidValue(at, '', 'may not have more than one field specified at a time'))
    }
  })
}
