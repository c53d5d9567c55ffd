import { asShown } from '../../api/kinds/form.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import { badRequest } from '../../api/meta/failures.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import type { JsonObject, Resource } from '../../api/meta/object.ts'
import { cellsOf, columnsOf, rowConditionsOf } from '../../api/schema/columns.ts'
import type { Row } from '../store/store.ts'
import type { View } from './negotiate.ts'
import type { Answer } from './respond.ts'

/**
 * Objects as they are shown: as they are stored, as rows of a Table, or as their metadata alone
 * (k8s.io/apiserver/pkg/endpoints/handlers/response.go). What is stored is spliced, not parsed.
 */
export const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** What a Table's rows carry besides their cells: `includeObject`. */
export type Include = 'Metadata' | 'Object' | 'None'

export function includeOf(query: URLSearchParams): Include {
  const text = query.get('includeObject') ?? ''
  if (text === '') return 'Metadata'
  if (text === 'Metadata' || text === 'Object' || text === 'None') return text
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${goQuote(text)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

/** How one request's objects are shown. `now` (milliseconds) makes ages. */
export interface Showing {
  readonly kind: Kind
  readonly view: View
  readonly include: Include
  readonly now: number
}

/** The ListMeta of an answer. */
export interface ListMeta {
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

export function partial(object: Resource, version: 'v1' | 'v1beta1'): string {
  return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${version}","metadata":${JSON.stringify(object.metadata)}}`
}

type Seen = Pick<Row, 'object' | 'json'>

/** A stored row as its kind shows it. */
export function shownAs(kind: Kind, row: Seen): Seen {
  if (kind.form === undefined) return row
  const object = asShown(kind, row.object)
  return { object, json: JSON.stringify(object) }
}

/** `{"cells":[…],"object":…}` of one object. */
function tableRow({ kind, view, include, now }: Showing, object: Resource, json: string): string {
  const version = view.as === 'table' ? view.version : 'v1'
  const cells = JSON.stringify(cellsOf(kind.model, object, now))
  const conditions = rowConditionsOf(kind.model, object)
  const marks = conditions.length === 0 ? '' : `"conditions":${JSON.stringify(conditions)},`
  const carried = include === 'None' ? 'null' : include === 'Object' ? json : partial(object, version)
  return `{"cells":${cells},${marks}"object":${carried}}`
}

/** A Table of these rows; `columns: false` leaves the definitions out (all but the first event of a watch). */
export function tableText(showing: Showing, meta: ListMeta, rows: readonly Seen[], columns = true): string {
  const version = showing.view.as === 'table' ? showing.view.version : 'v1'
  const definitions = columns ? JSON.stringify(columnsOf(showing.kind.model)) : 'null'
  const texts = rows.map(({ object, json }) => tableRow(showing, object, json))
  return (
    `{"kind":"Table","apiVersion":"meta.k8s.io/${version}","metadata":${JSON.stringify(meta)},` +
    `"columnDefinitions":${definitions},"rows":[${texts.join(',')}]}`
  )
}

/** One object as it is shown to this client. */
export function show(showing: Showing, stored: Seen): Answer {
  const { kind, view } = showing
  const row = shownAs(kind, stored)
  switch (view.as) {
    case 'object':
      return { apiVersion: kind.apiVersion, kind: kind.kind, model: kind.model, body: row.json }
    case 'table': {
      const meta = { resourceVersion: row.object.metadata.resourceVersion }
      return { apiVersion: `meta.k8s.io/${view.version}`, kind: 'Table', body: tableText(showing, meta, [row]) }
    }
    case 'partial':
      return {
        apiVersion: `meta.k8s.io/${view.version}`,
        kind: 'PartialObjectMetadata',
        model: `${META}.PartialObjectMetadata`,
        body: partial(row.object, view.version),
      }
  }
}

/** A list as it is shown to this client. Items of a typed list carry no kind and apiVersion, as Kubernetes sends them. */
export function showList(showing: Showing, meta: ListMeta, stored: readonly Row[]): Answer {
  const { kind, view } = showing
  const rows = kind.form === undefined ? stored : stored.map((row) => shownAs(kind, row))
  const listKind = kind.listKind ?? `${kind.kind}List`
  switch (view.as) {
    case 'object': {
      const typeMeta = `{"kind":${JSON.stringify(kind.kind)},"apiVersion":${JSON.stringify(kind.apiVersion)},`
      const items = rows.map(({ json }) => itemText(json, typeMeta))
      return {
        apiVersion: kind.apiVersion,
        kind: listKind,
        model: `${kind.model}List`,
        body: listText(listKind, kind.apiVersion, meta, items),
      }
    }
    case 'table':
      return { apiVersion: `meta.k8s.io/${view.version}`, kind: 'Table', body: tableText(showing, meta, rows) }
    case 'partial': {
      const apiVersion = `meta.k8s.io/${view.version}`
      const items = rows.map(({ object }) => partial(object, view.version))
      return {
        apiVersion,
        kind: 'PartialObjectMetadataList',
        model: `${META}.PartialObjectMetadataList`,
        body: listText('PartialObjectMetadataList', apiVersion, meta, items),
      }
    }
  }
}

const listText = (kind: string, apiVersion: string, meta: ListMeta, items: readonly string[]): string =>
  `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(meta)},"items":[${items.join(',')}]}`

/** Stored texts begin with kind and apiVersion (Go's order of TypeMeta), so the start is cut off without parsing. */
function itemText(json: string, typeMeta: string): string {
  if (json.startsWith(typeMeta)) return `{${json.slice(typeMeta.length)}`
  const { kind: _, apiVersion: __, ...rest }: JsonObject = JSON.parse(json)
  return JSON.stringify(rest)
}
