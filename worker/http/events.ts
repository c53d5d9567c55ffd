import type { Kind } from '../../api/kinds/kind.ts'
import type { JsonObject, Resource } from '../../api/meta/object.ts'
import { canonical } from '../../api/schema/canonical.ts'
import type { Change, Row } from '../store/store.ts'
import { type Selection, selectionOf } from './selection.ts'
import { partial, type Showing, tableText } from './view.ts'
import type { Watch } from './watch-state.ts'

/**
 * Events of a watch as JSON lines (metav1.WatchEvent). Selecting, transitions and views are those of Kubernetes' watch
 * cache: k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go, `convertToWatchEvent`.
 */
export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED'

const line = (type: string, object: string): string => `{"type":"${type}","object":${object}}\n`

/** A watch made ready: its selectors are parsed, and it remembers whether it has sent a Table's columns. */
export class Viewer {
  readonly watch: Watch
  readonly selection: Selection
  private readonly kind: Kind
  /** Whether a Table's column definitions went out. */
  columns: boolean

  constructor(kind: Kind, watch: Watch) {
    this.kind = kind
    this.watch = watch
    this.columns = watch.columns
    this.selection = selectionOf(kind, watch.labels, watch.fields, watch.name)
  }

  private showing(now: number): Showing {
    return { kind: this.kind, view: this.watch.view, include: this.watch.include, now }
  }

  /** One event of an object. `now` (milliseconds) makes a Table's ages. */
  event(type: EventType, row: Pick<Row, 'object' | 'json'>, now: number): string {
    const { view } = this.watch
    switch (view.as) {
      case 'object':
        return line(type, row.json)
      case 'partial':
        return line(type, partial(row.object, view.version))
      case 'table':
        return line(type, this.table(row, now))
    }
  }

  private table(row: Pick<Row, 'object' | 'json'>, now: number): string {
    const first = !this.columns
    this.columns = true
    return tableText(this.showing(now), { resourceVersion: row.object.metadata.resourceVersion }, [row], first)
  }

  /** The event of a change, or undefined where this watch does not see it. */
  change(change: Change, now: number): string | undefined {
    const { watch, selection } = this
    if (change.version <= watch.after || change.key.resource !== watch.resource) return undefined
    if (watch.namespace !== undefined && change.key.namespace !== watch.namespace) return undefined
    if (selection.name !== undefined && selection.name !== change.key.name) return undefined
    const { before, after } = change
    if (selection.everything) return this.event(change.type, after, now)
    const is = change.type !== 'DELETED' && selection.matches(after.object)
    const was = before !== undefined && selection.matches(before.object)
    if (change.type === 'DELETED') return was ? this.event('DELETED', after, now) : undefined
    if (is) return this.event(was ? 'MODIFIED' : 'ADDED', after, now)
    return was && before !== undefined ? this.event('DELETED', atVersion(before, change.version), now) : undefined
  }

  /** A BOOKMARK: an object of the kind with nothing but the version (and, once, the end of the initial events). */
  bookmark(version: number, initialEventsEnd: boolean, now: number): string {
    const object = bookmarkOf(this.kind, version, initialEventsEnd)
    const row = { object, json: JSON.stringify(object) }
    const { view } = this.watch
    if (view.as === 'object') return line('BOOKMARK', row.json)
    if (view.as === 'partial') return line('BOOKMARK', partial(object, view.version))
    return line('BOOKMARK', this.table(row, now))
  }
}

/** What left a selection is told as it was when it belonged, with the version of the change that took it out. */
function atVersion(row: Row, version: number): Pick<Row, 'object' | 'json'> {
  const object: Resource = { ...row.object, metadata: { ...row.object.metadata, resourceVersion: String(version) } }
  return { object, json: JSON.stringify(object) }
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

function bookmarkOf(kind: Kind, version: number, initialEventsEnd: boolean): Resource {
  const metadata: JsonObject = { resourceVersion: String(version) }
  if (initialEventsEnd) metadata['annotations'] = { [INITIAL_EVENTS_END]: 'true' }
  // An empty object of its kind is a Resource whose metadata names nothing.
  return canonical(kind.model, { kind: kind.kind, apiVersion: kind.apiVersion, metadata }) as unknown as Resource
}

/** The last event of a watch that cannot go on: 410 and the like. */
export const errorEvent = (status: JsonObject): string => line('ERROR', JSON.stringify(status))
