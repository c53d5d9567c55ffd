import { asWritten, writtenAs } from '../../api/kinds/form.ts'
import type { HookContext, Kind } from '../../api/kinds/kind.ts'
import { badRequest, conflict, invalid, notFound } from '../../api/meta/failures.ts'
import { isDeleting, type JsonObject, type ObjectMeta, type Resource } from '../../api/meta/object.ts'
import { StatusError, groupResource } from '../../api/meta/status-error.ts'
import { validateMeta } from '../../api/meta/validate-meta.ts'
import type { Key, Row, Tx } from '../store/store.ts'
import { allocate } from './allocate.ts'
import type { Admission } from './attributes.ts'
import { contextOf } from './context.ts'
import { mayGo } from './finalizers.ts'
import { entriesAfter, filterFor, ignoringTimes, orUntracked, withEntries } from './owners.ts'
import type { Caller, Draft, UpdateOptions } from './registry.ts'
import { asJson, asResource, defaulted, dryRow, printed, same, withoutSelfLink } from './stored.ts'

/** rest.BeforeUpdate and Store.Update. */
export function update(
  admission: Admission,
  tx: Tx,
  caller: Caller,
  kind: Kind,
  key: Key,
  subresource: string,
  change: (old: Resource) => Draft,
  options: UpdateOptions = {},
): Row {
  const row = tx.get(key)
  if (row === undefined) throw notFound(groupResource(kind.group, kind.plural), key.name)
  const old = row.object
  if (options.uid !== undefined && options.uid !== row.uid) throw otherUid(kind, key, options.uid, row.uid)
  const sent = change(old)
  checkVersion(kind, key, row, sent)
  let object: Resource = { ...sent, metadata: keepMeta(kind, key, old, sent) }
  object = isolate(defaulted(kind, object), old, subresource)
  const entries =
    options.isTracked === true
      ? (sent.metadata?.managedFields ?? [])
      : entriesOfWrite(kind, subresource, old, object, caller)
  object = withEntries(object, entries)
  const dryRun = options.dryRun === true
  const { namespace, name } = key
  const attributes = { operation: 'UPDATE', kind, namespace, name, subresource, caller, dryRun, old } as const
  object = admission.mutate(tx, { ...attributes, object })
  const context = contextOf(caller, subresource === '' ? 'update' : subresource)
  object = kind.rules.prepareUpdate?.(object, old, context) ?? object
  object = withGeneration(kind, object, old, subresource)
  validate(kind, object, old, context)
  caller.warnings.push(...(kind.rules.warn?.(object, old, context.operation) ?? []))
  const ready = ignoringTimes(printed(kind, allocate(tx, kind, object, old, dryRun)), old)
  admission.validate(tx, { ...attributes, object: ready })
  if (dryRun) return dryRow(key, ready, row.version)
  if (isDeleting(ready) && mayGo(kind, ready)) {
    // Watches see the last stored state go; who removed the last finalizer sees what it wrote.
    const { version } = tx.delete(key)
    admission.gone(tx, kind, ready)
    return dryRow(key, ready, version)
  }
  return orUntracked(ready, options, (fitting) => tx.update(kind.resource, fitting))
}

/** Who owns which field after it, in the form in which it was written. */
function entriesOfWrite(
  kind: Kind,
  subresource: string,
  old: Resource,
  object: Resource,
  caller: Caller,
): JsonObject[] {
  const json = (of: Resource): JsonObject => asJson(asWritten(kind, of))
  return entriesAfter(writtenAs(kind), filterFor(kind, subresource), subresource, json(old), json(object), caller)
}

/** A resourceVersion in the body is a precondition; some kinds demand one. */
function checkVersion(kind: Kind, key: Key, row: Row, sent: Draft): void {
  const version = sent.metadata?.resourceVersion
  if (version === undefined || version === '' || version === '0') {
    if (kind.storage?.unconditionalUpdate === false) throw versionRequired(kind, key.name)
    return
  }
  if (!/^\d+$/.test(version)) {
    throw new StatusError('', `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)
  }
  if (Number(version) !== row.version) throw conflict(groupResource(kind.group, kind.plural), key.name)
}

const versionRequired = (kind: Kind, name: string): StatusError => {
  const text = 'must be specified for an update'
  const resource = groupResource(kind.group, kind.plural)
  return new StatusError(
    'Invalid',
    `${resource} "${name}" is invalid: metadata.resourceVersion: Invalid value: 0: ${text}`,
    {
      name,
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: kind.plural,
      causes: [
        { reason: 'FieldValueInvalid', message: `Invalid value: 0: ${text}`, field: 'metadata.resourceVersion' },
      ],
    },
  )
}

const otherUid = (kind: Kind, key: Key, wanted: string, found: string): StatusError =>
  conflict(
    groupResource(kind.group, kind.plural),
    key.name,
    `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`,
  )

/** What an update may not touch is taken over from the old object; what it may not state otherwise is validated later. */
function keepMeta(kind: Kind, key: Key, old: Resource, sent: Draft): ObjectMeta {
  const given = withoutSelfLink(sent.metadata ?? {})
  if (kind.namespaced && given.namespace !== undefined && given.namespace !== '' && given.namespace !== key.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  const meta: ObjectMeta = {
    ...given,
    name: given.name || old.metadata.name,
    uid: given.uid || old.metadata.uid,
    creationTimestamp: given.creationTimestamp || old.metadata.creationTimestamp,
    resourceVersion: old.metadata.resourceVersion,
  }
  // An object of the cluster has none, whatever was sent: protobuf sends empty texts.
  if (kind.namespaced) meta.namespace = key.namespace
  else delete meta.namespace
  for (const field of ['generation', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    const kept = old.metadata[field]
    if (kept === undefined) delete meta[field]
    else Object.assign(meta, { [field]: kept })
  }
  return meta
}

/** The main resource keeps the old status, a subresource keeps everything else; metadata goes with both. */
function isolate(object: Resource, old: Resource, subresource: string): Resource {
  const before = asJson(old)
  const after = asJson(object)
  if (subresource === '') {
    const { status: _, ...rest } = after
    return asResource(before['status'] === undefined ? rest : { ...rest, status: before['status'] })
  }
  if (subresource !== 'status') return object
  const { status: _, ...rest } = before
  const result: JsonObject = { ...rest, metadata: after['metadata'] ?? null }
  if (after['status'] !== undefined) result['status'] = after['status']
  return asResource(result)
}

/** Born with a generation that never rises: pkg/registry/scheduling/priorityclass. */
const UNCOUNTED: ReadonlySet<string> = new Set(['priorityclasses.scheduling.k8s.io'])

/** metadata.generation counts changes of what is asked for: everything but metadata and status. */
function withGeneration(kind: Kind, object: Resource, old: Resource, subresource: string): Resource {
  if (kind.storage?.generation !== true || UNCOUNTED.has(kind.resource)) return object
  const desired = (of: Resource, form: Resource): JsonObject => {
    const { metadata: _, status: __, ...rest } = asJson(form)
    const counted = kind.rules.generationCounts
    if (counted !== undefined && subresource === '') rest['metadata'] = of.metadata[counted] ?? {}
    return rest
  }
  // What is the same as it stands is the same when printed: a status, above all, changes nothing of this.
  if (same(desired(object, object), desired(old, old))) return object
  if (same(desired(object, printed(kind, object)), desired(old, printed(kind, old)))) return object
  return { ...object, metadata: { ...object.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
}

function validate(kind: Kind, object: Resource, old: Resource, context: HookContext): void {
  const { rules } = kind
  const errors = validateMeta(object, old, kind)
  if (context.operation === 'status' && rules.validateStatus !== undefined) {
    errors.push(...rules.validateStatus(object, old))
  } else {
    errors.push(
      ...(rules.validate?.(object, context, old) ?? []),
      ...(rules.validateUpdate?.(object, old, context) ?? []),
    )
  }
  if (errors.length > 0) throw invalid(kind, object.metadata.name, errors)
}
