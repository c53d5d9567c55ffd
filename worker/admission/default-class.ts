import { parseTime } from '../../api/meta/time.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Tx } from '../store/store.ts'

/**
 * The class that an annotation marks as default; of several the newest, of those made in the same second the first by
 * name (GetDefaultClass of pkg/volume/util and of plugin/pkg/admission/network/defaultingressclass).
 */
export function defaultClass(tx: Tx, resource: string, annotations: readonly string[]): Resource | undefined {
  const made = (object: Resource): number => parseTime(object.metadata.creationTimestamp)
  const marked = tx
    .few(resource, '')
    .map((row) => row.object)
    .filter(({ metadata }) => annotations.some((key) => metadata.annotations?.[key] === 'true'))
  return marked.toSorted((a, b) => made(b) - made(a))[0] // the rows come in order of name, and the sort is stable
}
