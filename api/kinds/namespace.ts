import { Path, type FieldError, eachInvalid, invalidValue } from '../meta/field-error.ts'
import { labelName, qualifiedNameErrors } from '../meta/names.ts'
import type { Namespace } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import type { HookContext } from './kind.ts'

const STANDARD: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])
const AT = Path.of('spec').child('finalizers')

function finalizerErrors(name: string, at: Path): FieldError[] {
  const unknown = 'name is neither a standard finalizer name nor is it fully qualified'
  return [
    ...eachInvalid(at, name, qualifiedNameErrors(name)),
    ...(name.includes('/') || STANDARD.has(name) ? [] : [invalidValue(at, name, unknown)]),
  ]
}

/** `ValidateNamespace` and, for /finalize, `ValidateNamespaceFinalizeUpdate`, which alone names the index. */
function validate({ spec }: Namespace, { operation }: HookContext): FieldError[] {
  const finalizers = spec?.finalizers ?? []
  return finalizers.flatMap((name, i) => finalizerErrors(name, operation === 'finalize' ? AT.index(i) : AT))
}

/** Kubernetes names the Go field here. */
function validateStatus({ metadata, status }: Namespace): FieldError[] {
  const phase = status?.phase ?? ''
  const [wanted, when] = metadata.deletionTimestamp === undefined ? ['Active', 'empty'] : ['Terminating', 'not empty']
  if (phase === wanted) return []
  return [invalidValue('status.Phase', phase, `may only be '${wanted}' if \`deletionTimestamp\` is ${when}`)]
}

function prepareCreate(namespace: Namespace): Namespace {
  const finalizers = namespace.spec?.finalizers ?? []
  return {
    ...namespace,
    spec: {
      ...namespace.spec,
      finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'],
    },
    status: { phase: 'Active' },
  }
}

/** The main resource may not touch spec.finalizers; /finalize touches nothing else. */
const prepareUpdate = (namespace: Namespace, old: Namespace, { operation }: HookContext): Namespace =>
  operation === 'finalize'
    ? { ...namespace, status: old.status }
    : operation === 'update'
      ? { ...namespace, spec: old.spec }
      : namespace

export const namespaces = declare<Namespace>('namespaces', {
  subresources: ['finalize', 'status'],
  validateName: labelName,
  prepareCreate,
  prepareUpdate,
  validate,
  validateStatus,
  fields: { 'status.phase': ({ status }) => status?.phase ?? '' },
  markDeleted: (namespace) => ({ ...namespace, status: { ...namespace.status, phase: 'Terminating' } }),
  held: ({ spec }) => (spec?.finalizers ?? []).length > 0,
})
