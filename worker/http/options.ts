import {
  type FieldError,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../api/meta/field-error.ts'
import { invalid } from '../../api/meta/failures.ts'
import { LONGEST_MANAGER, managerNameErrors } from '../../api/meta/names.ts'
import type { Json, JsonObject } from '../../api/meta/object.ts'
import { byteLength } from '../../api/meta/go-text.ts'
import type { FieldValidation } from '../../api/schema/schema.ts'
import type { DeleteOptions } from '../registry/registry.ts'
import { booleanOf, integerOf } from './query.ts'

/**
 * The options that travel in a query (or, for DELETE, in the body), and what Kubernetes refuses in them:
 * apimachinery pkg/apis/meta/v1/validation and meta/internalversion/validation, in their order.
 */
export interface WriteQuery {
  readonly dryRun: boolean
  readonly fieldManager: string
  readonly fieldValidation: FieldValidation
}

const optionsKind = (kind: string) => ({ group: 'meta.k8s.io', kind })

function refuse(kind: string, errors: FieldError[]): void {
  if (errors.length > 0) throw invalid(optionsKind(kind), '', errors)
}

function checkDryRun(values: readonly string[]): FieldError[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])]
}

const checkFieldManager = (name: string): FieldError[] => [
  ...(byteLength(name) > LONGEST_MANAGER ? [tooLong('fieldManager', LONGEST_MANAGER)] : []),
  ...eachInvalid('fieldManager', name, managerNameErrors(name)),
]

const VALIDATIONS: Readonly<Record<string, FieldValidation>> = {
  '': 'Warn',
  Ignore: 'Ignore',
  Strict: 'Strict',
  Warn: 'Warn',
}

function checkFieldValidation(text: string): FieldError[] {
  return text in VALIDATIONS ? [] : [notSupported('fieldValidation', text, ['', 'Ignore', 'Strict', 'Warn'])]
}

function common(query: URLSearchParams): { errors: FieldError[]; options: WriteQuery } {
  const dryRun = query.getAll('dryRun').filter((value) => value !== '')
  const fieldManager = query.get('fieldManager') ?? ''
  const fieldValidation = query.get('fieldValidation') ?? ''
  return {
    errors: [...checkFieldManager(fieldManager), ...checkDryRun(dryRun), ...checkFieldValidation(fieldValidation)],
    options: { dryRun: dryRun.length > 0, fieldManager, fieldValidation: VALIDATIONS[fieldValidation] ?? 'Warn' },
  }
}

/** ValidateCreateOptions, ValidateUpdateOptions. */
export function writeOptions(kind: 'CreateOptions' | 'UpdateOptions', query: URLSearchParams): WriteQuery {
  const { errors, options } = common(query)
  refuse(kind, errors)
  return options
}

/** ValidatePatchOptions: `force` is for server-side apply, which wants a fieldManager. */
export function patchOptions(query: URLSearchParams, applies: boolean): WriteQuery {
  const { errors, options } = common(query)
  const first: FieldError[] = []
  if (!applies && booleanOf(query, 'force') !== undefined) {
    first.push(forbidden('force', 'may not be specified for non-apply patch'))
  }
  if (applies && options.fieldManager === '') first.push(required('fieldManager', 'is required for apply patch'))
  refuse('PatchOptions', [...first, ...errors])
  return options
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const
type Policy = (typeof POLICIES)[number]
const isPolicy = (text: Json | undefined): text is Policy => POLICIES.some((policy) => policy === text)

/** What a DELETE asks for: the options of the registry, and whether the old `orphanDependents` was used. */
export interface DeleteQuery extends DeleteOptions {
  readonly dryRun: boolean
  /** Kubernetes answers 202 where `orphanDependents: false` met an object that stays. */
  readonly orphanDependents?: boolean
}

/** DeleteOptions as JSON, from the query of a DELETE without a body. */
export function deleteOptionsOfQuery(query: URLSearchParams): JsonObject {
  const options: JsonObject = {}
  const grace = integerOf(query, 'gracePeriodSeconds')
  if (grace !== undefined) options['gracePeriodSeconds'] = grace
  const orphan = booleanOf(query, 'orphanDependents')
  if (orphan !== undefined) options['orphanDependents'] = orphan
  const policy = query.get('propagationPolicy')
  if (policy !== null) options['propagationPolicy'] = policy
  const dryRun = query.getAll('dryRun').filter((value) => value !== '')
  if (dryRun.length > 0) options['dryRun'] = dryRun
  return options
}

/** ValidateDeleteOptions over a decoded DeleteOptions. */
export function deleteOptions(options: JsonObject): DeleteQuery {
  const orphan = options['orphanDependents']
  const policy = options['propagationPolicy']
  const dryRun = Array.isArray(options['dryRun']) ? options['dryRun'].map(String) : []
  const errors: FieldError[] = []
  const hasPolicy = policy !== undefined && policy !== null
  if (typeof orphan === 'boolean' && hasPolicy) {
    errors.push(
      invalidValue('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    )
  }
  if (hasPolicy && !isPolicy(policy)) errors.push(notSupported('propagationPolicy', policy, [...POLICIES, 'nil']))
  errors.push(...checkDryRun(dryRun))
  refuse('DeleteOptions', errors)
  const grace = options['gracePeriodSeconds']
  const propagation = isPolicy(policy)
    ? policy
    : typeof orphan === 'boolean'
      ? orphan
        ? 'Orphan'
        : 'Background'
      : undefined
  return {
    dryRun: dryRun.length > 0,
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    ...(typeof orphan === 'boolean' ? { orphanDependents: orphan } : {}),
    ...preconditionsOf(options['preconditions']),
  }
}

function preconditionsOf(given: Json | undefined): Pick<DeleteOptions, 'preconditions'> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return {}
  const { uid, resourceVersion } = given
  return {
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
  }
}
