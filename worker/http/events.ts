import type { Kind } from '../../api/kinds/kind.ts'
import type { JsonObject, Resource } from '../../api/meta/object.ts'
import type { StatusError } from '../../api/meta/status-error.ts'
import { canonical } from '../../api/schema/canonical.ts'
import { encodeProtobuf, envelope, watchFrame } from '../../api/schema/protobuf.ts'
import type { Change, Row } from '../store/store.ts'
import { type Selection, selectionOf } from './selection.ts'
import { META, partial, type Showing, shownAs, tableText } from './view.ts'
import type { Frame, Stage, Watch } from './watch-state.ts'

/**
 * Events of a watch as JSON lines or as protobuf frames (metav1.WatchEvent). Selecting, transitions and views are those of Kubernetes' watch
 * cache: k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go, `convertToWatchEvent`.
 */
export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED'
type Shown = Pick<Row, 'object' | 'json'>

const line = (type: string, object: string): string => `{"type":"${type}","object":${object}}\n`

/** Objects that were written as protobuf, so that many watches of one write it once. */
export type Written = WeakMap<Resource, Uint8Array>

/** A watch made ready: its selectors are parsed. What changes in it while it runs is kept in `watch`. */
export class Viewer {
  private readonly kind: Kind
  private readonly selection: Selection
  private readonly written: Written
  private state: Watch

  constructor(kind: Kind, watch: Watch, written: Written = new WeakMap()) {
    this.kind = kind
    this.state = watch
    this.written = written
    this.selection = selectionOf(kind, watch.labels, watch.fields, watch.name)
  }

  /** The watch as it stands, to be put into its socket's attachment. */
  get watch(): Watch {
    return this.state
  }

  moveTo(progress: Stage): void {
    this.state = { ...this.state, progress }
  }

  selects(object: Resource): boolean {
    return this.selection.everything || this.selection.matches(object)
  }

  /** One event of an object. `now` (milliseconds) makes a Table's ages. */
  event(type: EventType | 'BOOKMARK', stored: Shown, now: number): Frame {
    const { view, media } = this.state
    // A bookmark is an object of the kind already.
    const row = type === 'BOOKMARK' ? stored : shownAs(this.kind, stored)
    if (media === 'protobuf') return watchFrame(type, this.binary(row.object))
    switch (view.as) {
      case 'object':
        return line(type, row.json)
      case 'partial':
        return line(type, partial(row.object, view.version))
      case 'table':
        return line(type, this.table(row, now))
    }
  }

  /** The object in its envelope. A Table has no protobuf form, so no protobuf watch has that view. */
  private binary(object: Resource): Uint8Array {
    const { view } = this.state
    // A Resource is JSON: it has been decoded from JSON against the table.
    const json = object as unknown as JsonObject
    if (view.as === 'partial') {
      const raw = encodeProtobuf(`${META}.PartialObjectMetadata`, { metadata: json['metadata'] ?? {} })
      return envelope(`meta.k8s.io/${view.version}`, 'PartialObjectMetadata', raw)
    }
    const known = this.written.get(object)
    if (known !== undefined) return known
    const { apiVersion, kind, model } = this.kind
    const bytes = envelope(apiVersion, kind, encodeProtobuf(model, json))
    this.written.set(object, bytes)
    return bytes
  }

  /** Only the first Table carries the definitions of its columns. */
  private table(row: Shown, now: number): string {
    const { view, include, columns } = this.state
    if (!columns) this.state = { ...this.state, columns: true }
    const showing: Showing = { kind: this.kind, view, include, now }
    return tableText(showing, { resourceVersion: row.object.metadata.resourceVersion }, [row], !columns)
  }

  /** The event of a change, or undefined where this watch does not see it. */
  change(change: Change, now: number): Frame | undefined {
    const { selection } = this
    const { resource, namespace, progress } = this.state
    const { before, after, key, type } = change
    if (progress.stage === 'live' && change.version <= progress.since) return undefined
    if (key.resource !== resource || (namespace !== undefined && key.namespace !== namespace)) return undefined
    if (selection.name !== undefined && selection.name !== key.name) return undefined
    if (selection.everything) return this.event(type, after, now)
    const was = before !== undefined && selection.matches(before.object)
    if (type === 'DELETED') return was ? this.event('DELETED', after, now) : undefined
    if (selection.matches(after.object)) return this.event(was ? 'MODIFIED' : 'ADDED', after, now)
    return was ? this.event('DELETED', atVersion(before, change.version), now) : undefined
  }

  /** A BOOKMARK: an object of the kind with nothing but the version (and, once, the end of the initial events). */
  bookmark(version: number, initialEventsEnd: boolean, now: number): Frame {
    const object = bookmarkOf(this.kind, version, initialEventsEnd)
    return this.event('BOOKMARK', { object, json: JSON.stringify(object) }, now)
  }

  /** The last event of a watch that cannot go on: 410 and the like. */
  failed(error: StatusError): Frame {
    return errorEvent(error, this.state.media)
  }
}

/** What left a selection is told as it was when it belonged, with the version of the change that took it out. */
function atVersion(row: Row, version: number): Shown {
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

export function errorEvent(error: StatusError, media: Watch['media']): Frame {
  const status = error.toStatus()
  if (media !== 'protobuf') return line('ERROR', JSON.stringify(status))
  return watchFrame('ERROR', envelope('v1', 'Status', encodeProtobuf(`${META}.Status`, status)))
}
