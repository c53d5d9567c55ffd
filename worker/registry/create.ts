import { asWritten, writtenAs } from '../../api/kinds/form.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import { alreadyExists, badRequest, invalid, nameNotGenerated } from '../../api/meta/failures.ts'
import type { ObjectMeta, Resource } from '../../api/meta/object.ts'
import { groupResource } from '../../api/meta/status-error.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import { validateMeta } from '../../api/meta/validate-meta.ts'
import type { Row, Tx } from '../store/store.ts'
import { allocate } from './allocate.ts'
import type { Admission, Attributes } from './attributes.ts'
import { contextOf } from './context.ts'
import { entriesAfter, filterFor, orUntracked, withEntries } from './owners.ts'
import type { Caller, Draft, WriteOptions } from './registry.ts'
import { asJson, asResource, defaulted, dryRow, keyOf, printed, withoutSelfLink } from './stored.ts'

/** names.SimpleNameGenerator: 63 characters less the five random ones. */
const LONGEST_BASE = 58
/** Since 1.32 a taken generated name is tried again, seven times after the first. */
const ATTEMPTS = 8

/** rest.BeforeCreate and Store.Create. */
export function create(
  admission: Admission,
  tx: Tx,
  caller: Caller,
  kind: Kind,
  namespace: string,
  draft: Draft,
  options: WriteOptions = {},
): Row {
  const generated = !draft.metadata?.name && draft.metadata?.generateName !== undefined
  for (let attempt = 1; ; attempt++) {
    const { object, attributes } = prepare(admission, tx, caller, kind, namespace, draft, options)
    const key = keyOf(kind, namespace, object.metadata.name)
    if (tx.get(key) === undefined) {
      const ready = printed(kind, allocate(tx, kind, object, undefined, options.dryRun === true))
      admission.validate(tx, { ...attributes, operation: 'CREATE', object: ready })
      if (options.dryRun === true) return dryRow(key, unversioned(ready), tx.version)
      return orUntracked(ready, options, (object) => tx.insert(kind.resource, object))
    }
    if (!generated) throw alreadyExists(groupResource(kind.group, kind.plural), key.name)
    if (attempt === ATTEMPTS) throw nameNotGenerated(groupResource(kind.group, kind.plural), key.name)
  }
}

/** The object as it is to be stored, or the reason why it may not be. */
function prepare(
  admission: Admission,
  tx: Tx,
  caller: Caller,
  kind: Kind,
  namespace: string,
  draft: Draft,
  options: WriteOptions,
): { object: Resource; attributes: Attributes } {
  const filled = { ...draft, metadata: fillMeta(caller, kind, namespace, draft) }
  let object = defaulted(kind, filled)
  const { name } = object.metadata
  const dryRun = options.dryRun === true
  const attributes = { operation: 'CREATE', kind, namespace, name, subresource: '', caller, dryRun, object } as const
  const entries =
    options.isTracked === true
      ? (draft.metadata?.managedFields ?? [])
      : entriesAfter(writtenAs(kind), filterFor(kind, ''), '', undefined, asJson(asWritten(kind, object)), caller)
  const admitted = admission.mutate(tx, attributes)
  // Plugins set fields that others mirror (a Pod's service account): the conversion to the served version runs again.
  if (admitted !== object) object = defaulted(kind, admitted)
  object = withEntries(withoutStatus(kind, object), entries)
  const context = contextOf(caller, 'create')
  object = kind.rules.prepareCreate?.(object, context) ?? object
  const errors = [...validateMeta(object, undefined, kind), ...(kind.rules.validate?.(object, context) ?? [])]
  if (errors.length > 0) throw invalid(kind, object.metadata.name, errors)
  caller.warnings.push(...(kind.rules.warn?.(object) ?? []))
  return { object, attributes }
}

/** rest.FillObjectMetaSystemFields; what a client may not choose is dropped. */
function fillMeta(caller: Caller, kind: Kind, namespace: string, draft: Draft): ObjectMeta {
  const given = withoutSelfLink(draft.metadata ?? {})
  if (kind.namespaced && given.namespace !== undefined && given.namespace !== '' && given.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  const {
    deletionTimestamp: _,
    deletionGracePeriodSeconds: __,
    resourceVersion: ___,
    generation: ____,
    ...kept
  } = given
  const meta: ObjectMeta = {
    ...kept,
    name: given.name || generateName(caller, given.generateName),
    uid: caller.dice.uid(),
    resourceVersion: '',
    creationTimestamp: rfc3339(caller.now),
  }
  if (kind.namespaced) meta.namespace = namespace
  else delete meta.namespace
  if (kind.storage?.generation === true) meta.generation = 1
  return meta
}

const generateName = (caller: Caller, base: string | undefined): string =>
  base === undefined || base === '' ? '' : base.slice(0, LONGEST_BASE) + caller.dice.suffix(5)

/** Kinds with a status begin with an empty one, whatever the client sent; the kind's own hook may fill it. */
function withoutStatus(kind: Kind, object: Resource): Resource {
  if (!kind.subresources?.some((sub) => sub.name === 'status')) return object
  const { status: _, ...rest } = asJson(object)
  return asResource(rest)
}

function unversioned(object: Resource): Resource {
  const { resourceVersion: _, ...metadata } = object.metadata
  return { ...object, metadata: { ...metadata } as ObjectMeta } // a dry run has no version to show
}
