import { keyText, type StoredRow } from './rows.ts'
import type { StoredChange } from './log.ts'
import { comparePlaces } from './order.ts'
import type { Query } from './store.ts'

/**
 * A list as of an older version: the list of today with the `changes` since then taken back. `list` reads today's.
 * The first change of a key since then knows how the object was.
 */
export function listPast(
  query: Query,
  changes: readonly StoredChange[],
  list: (query: Query) => StoredRow[],
): StoredRow[] {
  const { after, limit = Infinity } = query
  const undone = new Map<string, StoredRow | undefined>()
  for (const { key, before } of changes) {
    const text = keyText(key)
    if (!undone.has(text)) undone.set(text, before)
  }
  // Each key that changed may take one of today's places away.
  const today = list(limit === Infinity ? query : { ...query, limit: limit + undone.size })
  const kept = today.filter((row) => !undone.has(keyText(row)))
  const back = [...undone.values()].filter((row) => row !== undefined)
  const wanted = after === undefined ? back : back.filter((row) => comparePlaces(row, after) > 0)
  return [...kept, ...wanted].sort(comparePlaces).slice(0, limit)
}
