import type { Kind } from '../../api/kinds/kind.ts'
import { conflict, notFound } from '../../api/meta/failures.ts'
import { isDeleting, type ObjectMeta, type Resource } from '../../api/meta/object.ts'
import { groupResource } from '../../api/meta/status-error.ts'
import { parseTime, rfc3339 } from '../../api/meta/time.ts'
import type { Key, Row, Tx } from '../store/store.ts'
import type { Admission } from './attributes.ts'
import { finalizersFor, mayGo } from './finalizers.ts'
import type { Caller, DeleteOptions, Deletion } from './registry.ts'
import { dryRow, printed } from './stored.ts'

/** rest.BeforeDelete and Store.Delete. */
export function remove(
  admission: Admission,
  tx: Tx,
  caller: Caller,
  kind: Kind,
  key: Key,
  options: DeleteOptions = {},
): Deletion {
  const row = tx.get(key)
  if (row === undefined) throw notFound(groupResource(kind.group, kind.plural), key.name)
  checkPreconditions(kind, key, row, options)
  kind.rules.checkDelete?.(row.object)
  const { namespace, name } = key
  const dryRun = options.dryRun === true
  const old = row.object
  admission.validate(tx, { operation: 'DELETE', kind, namespace, name, subresource: '', caller, dryRun, old, options })
  const changed = mark(caller, kind, row.object, options)
  if (changed === 'pending') return { row, gone: false }
  const marked = printed(kind, changed)
  const gone = mayGo(kind, marked)
  if (dryRun) return { row: dryRow(key, marked, row.version), gone }
  if (!gone) return { row: tx.update(kind.resource, marked), gone }
  const last = tx.delete(key, marked)
  admission.gone(tx, kind, old)
  return { row: last, gone }
}

/** Throws 409 where the object is not the one that the caller means. */
export function checkPreconditions(kind: Kind, key: Key, row: Row, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {}
  const refuse = (what: string, wanted: string, found: string | number, end: string): never => {
    // NewConflict is called with the Kind where everything else names the resource.
    const text = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). ${end}`
    throw conflict(groupResource(kind.group, kind.kind), key.name, text)
  }
  if (uid !== undefined && uid !== row.uid) {
    refuse('UID', uid, row.uid, 'The object might have been deleted and then recreated')
  }
  if (resourceVersion !== undefined && resourceVersion !== String(row.version)) {
    refuse('ResourceVersion', resourceVersion, row.version, 'The object might have been modified')
  }
}

/**
 * The object with its deletion written into it, or `pending` where an earlier DELETE already says as much. The caller
 * removes it when nothing keeps it.
 */
function mark(caller: Caller, kind: Kind, object: Resource, options: DeleteOptions): Resource | 'pending' {
  const asked = options.gracePeriodSeconds === undefined ? undefined : atLeastOne(options.gracePeriodSeconds)
  if (kind.rules.grace !== undefined) {
    if (isDeleting(object) && (object.metadata.deletionGracePeriodSeconds ?? 0) > 0) return shorten(kind, object, asked)
    if (!isDeleting(object)) return begin(caller, kind, object, options, kind.rules.grace(object, asked))
  }
  const finalizers = finalizersFor(kind, object, options)
  const waits = finalizers.length > 0 || kind.rules.held?.(object) === true
  if (!waits) return object
  return begin(caller, kind, object, options, 0)
}

/** Negative grace counts as one second on the delete path. */
const atLeastOne = (seconds: number): number => (seconds < 0 ? 1 : seconds)

/** Sets deletionTimestamp, grace and the garbage collector's finalizers; a second DELETE only changes finalizers. */
function begin(caller: Caller, kind: Kind, object: Resource, options: DeleteOptions, grace: number): Resource {
  const metadata: ObjectMeta = { ...object.metadata }
  const finalizers = finalizersFor(kind, object, options)
  if (finalizers.length > 0) metadata.finalizers = finalizers
  else delete metadata.finalizers
  if (!isDeleting(object)) {
    metadata.deletionTimestamp = rfc3339(caller.now + grace * 1000)
    if (kind.rules.markDeleted === undefined) metadata.deletionGracePeriodSeconds = grace
    if ((metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation ?? 0) + 1
  }
  const marked = { ...object, metadata }
  return kind.rules.markDeleted?.(marked) ?? marked
}

/** Only a shorter grace than the one that runs may be asked for; it counts from the first DELETE. */
function shorten(kind: Kind, object: Resource, asked: number | undefined): Resource | 'pending' {
  const running = object.metadata.deletionGracePeriodSeconds ?? 0
  const grace = asked === undefined ? undefined : kind.rules.grace?.(object, asked)
  if (grace === undefined || grace >= running) return 'pending'
  const first = parseTime(object.metadata.deletionTimestamp ?? '') - running * 1000
  return {
    ...object,
    metadata: {
      ...object.metadata,
      deletionTimestamp: rfc3339(first + grace * 1000),
      deletionGracePeriodSeconds: grace,
    },
  }
}
