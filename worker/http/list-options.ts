import { type FieldError, forbidden, notSupported } from '../../api/meta/field-error.ts'
import { badRequest, invalid, tooLargeResourceVersion, untranslated } from '../../api/meta/failures.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import { booleanOf, integerOf } from './query.ts'

/** ListOptions of a GET on a collection, a watch or a deletecollection. */
export interface ListOptions {
  readonly labelSelector: string
  readonly fieldSelector: string
  readonly watch: boolean
  readonly allowWatchBookmarks: boolean
  readonly sendInitialEvents?: boolean
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
  readonly timeoutSeconds?: number
  /** 0: no limit. */
  readonly limit: number
  readonly continue: string
}

/** Decodes and validates (ValidateListOptions). `watch` says whether the path or the query makes it a watch. */
export function listOptions(query: URLSearchParams, watch: boolean): ListOptions {
  const timeoutSeconds = integerOf(query, 'timeoutSeconds')
  const sendInitialEvents = booleanOf(query, 'sendInitialEvents')
  const options: ListOptions = {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    watch,
    allowWatchBookmarks: booleanOf(query, 'allowWatchBookmarks') === true,
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    limit: integerOf(query, 'limit') ?? 0,
    continue: query.get('continue') ?? '',
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
  }
  const errors = watch ? checkWatch(options) : checkList(options)
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors)
  return options
}

const MATCH = 'resourceVersionMatch'

function checkList(options: ListOptions): FieldError[] {
  const match = options.resourceVersionMatch
  const errors: FieldError[] = []
  if (match !== '') {
    if (options.resourceVersion === '') {
      errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'))
    }
    if (options.continue !== '')
      errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'))
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']))
    if (match === 'Exact' && options.resourceVersion === '0') {
      errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  }
  return errors
}

function checkWatch(options: ListOptions): FieldError[] {
  const match = options.resourceVersionMatch
  const initial = options.sendInitialEvents !== undefined
  const errors: FieldError[] = []
  if (initial && match !== 'NotOlderThan') {
    errors.push(forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
  }
  if (match === '') return errors
  if (!initial) {
    errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'))
  }
  if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']))
  if (options.continue !== '')
    errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided'))
  return errors
}

/** What `storage.APIObjectVersioner` says of a text that is no resourceVersion. */
function unreadable(text: string): string {
  const quoted = goQuote(text)
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`
}

/** The integer of a resourceVersion; '' and '0' are 0. Throws 400. */
export function versionOf(text: string): number {
  if (text !== '' && !/^\d+$/.test(text)) throw badRequest(`invalid resource version: ${unreadable(text)}`)
  return Number(text)
}

/** That of a watch, whose error nobody translates: 500 without a reason. */
export function watchedVersion(text: string): number {
  if (text !== '' && !/^\d+$/.test(text)) throw untranslated(unreadable(text))
  return Number(text)
}

/**
 * Which state a list shows, by resourceVersion and resourceVersionMatch:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list. podo has no stale cache, so
 * "any" and "not older than" are both the newest; `at` stands only where one exact state is asked for.
 */
export function stateOf(options: ListOptions, current: number): { at?: number; limit: number } {
  const asked = versionOf(options.resourceVersion)
  if (asked > current) throw tooLargeResourceVersion(options.resourceVersion, current)
  // From its watch cache Kubernetes answers "any version" whole, whatever the limit.
  if (options.resourceVersion === '0') return { limit: 0 }
  const exact = options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === '' && options.limit > 0)
  return asked > 0 && exact ? { at: asked, limit: options.limit } : { limit: options.limit }
}
