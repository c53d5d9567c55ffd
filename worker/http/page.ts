import { badRequest } from '../../api/meta/failures.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { Query, Reader, Row } from '../store/store.ts'
import { type Call } from './api.ts'
import { continueToken, ExpiredContinue, parseContinue, type Position } from './continue-token.ts'
import { type ListOptions, stateOf, versionOf } from './list-options.ts'
import type { Selection } from './selection.ts'
import type { ListMeta } from './view.ts'

/** How many rows past a page are counted for `remainingItemCount`; with more left the optional field is left out. */
const COUNTED = 10_000
/** Rows read at a time while a selector leaves most of them out. */
const BATCH = 500

/** One page of a collection: the rows that are selected, and the ListMeta that goes with them. */
export interface Page {
  readonly rows: Row[]
  readonly meta: ListMeta
}

/** Reads a page as k8s.io/apiserver's storage does: https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks */
export function page(call: Call, options: ListOptions, selection: Selection): Page {
  const { reader: store } = call.api
  const query = queryOf(call)
  const across = call.kind.namespaced && query.namespace === undefined
  if (options.continue === '') {
    const { at, limit } = stateOf(options, store.version)
    return collect(store, selection, { ...query, ...(at === undefined ? {} : { at }) }, limit, across)
  }
  if (versionOf(options.resourceVersion) !== 0) {
    throw badRequest('specifying resource version is not allowed when using continue')
  }
  const from = parseContinue(options.continue, call.info.namespace, across)
  return resume(store, selection, query, from, options.limit, across)
}

const queryOf = ({ kind, info }: Call): Query => ({
  resource: kind.resource,
  ...(kind.namespaced && info.namespace !== '' ? { namespace: info.namespace } : {}),
})

function resume(
  store: Reader,
  selection: Selection,
  query: Query,
  from: Position,
  limit: number,
  across: boolean,
): Page {
  const after = { namespace: from.namespace, name: from.name }
  if (from.version < 0 || from.version === store.version)
    return collect(store, selection, { ...query, after }, limit, across, from.left)
  try {
    return collect(store, selection, { ...query, after, at: from.version }, limit, across, from.left)
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'Expired')
      throw new ExpiredContinue(continueToken(-1, after, across))
    throw error
  }
}

/**
 * `limit` 0 reads everything. One row more than asked for tells whether there is more. `known` is how many there were
 * behind the page before, so that they are counted once.
 */
function collect(
  store: Reader,
  selection: Selection,
  query: Query,
  limit: number,
  across: boolean,
  known?: number,
): Page {
  const version = query.at ?? store.version
  const meta = { resourceVersion: String(version) }
  if (limit === 0 || selection.name !== undefined) {
    return { rows: whole(store, selection, query), meta }
  }
  const rows: Row[] = []
  for (const row of each(store, selection, query, limit)) {
    if (rows.length === limit) {
      const last = rows.at(-1) ?? row
      const left = remaining(store, selection, query, last, known === undefined ? undefined : known - limit)
      const token = continueToken(version, last, across, left)
      const counted = left === undefined || left < 0 ? {} : { remainingItemCount: left }
      return { rows, meta: { ...meta, continue: token, ...counted } }
    }
    rows.push(row)
  }
  return { rows, meta }
}

function whole(store: Reader, selection: Selection, query: Query): Row[] {
  if (selection.everything) return store.list(query)
  const { name } = selection
  if (name !== undefined && query.at === undefined && query.namespace !== undefined) {
    const row = store.get({ resource: query.resource, namespace: query.namespace, name })
    return row !== undefined && selection.matches(row.object) ? [row] : []
  }
  return store.list(query).filter((row) => selection.matches(row.object))
}

/** Selected rows one by one, read in batches so that a selective list does not read the collection at once. */
function* each(store: Reader, selection: Selection, query: Query, limit: number): Generator<Row> {
  const batch = selection.everything ? limit + 1 : Math.max(BATCH, limit + 1)
  let { after } = query
  for (;;) {
    const rows = store.list({ ...query, limit: batch, ...(after === undefined ? {} : { after }) })
    for (const row of rows) if (selection.everything || selection.matches(row.object)) yield row
    const last = rows.at(-1)
    if (rows.length < batch || last === undefined) return
    after = last
  }
}

/** How many are left behind a page: undefined with selectors, which leave that open, and -1 where they are too many. */
function remaining(
  store: Reader,
  selection: Selection,
  query: Query,
  after: Row,
  known: number | undefined,
): number | undefined {
  if (!selection.everything) return undefined
  if (known !== undefined) return Math.max(known, -1)
  const left = store.count({ ...query, after, limit: COUNTED + 1 })
  return left > COUNTED ? -1 : left
}
