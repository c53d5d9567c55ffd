/**
 * What a request is about, derived from method, path and query in this one place: `RequestInfo` of k8s.io/apiserver
 * (pkg/endpoints/request/requestinfo.go, `RequestInfoFactory.NewRequestInfo`). Authorisation, routing and messages all
 * use it, so they cannot disagree.
 */
export interface RequestInfo {
  readonly isResourceRequest: boolean
  readonly path: string
  /** Kubernetes' verb for resources (`get`, `list`, `deletecollection` …); the lower-case method elsewhere. */
  readonly verb: string
  readonly prefix: string
  readonly group: string
  readonly version: string
  /** '' for cluster-scoped requests and requests across namespaces. */
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  /** The text of the query's fieldSelector, which the Node authoriser reads. */
  readonly fieldSelector: string
  /** The path from the resource on: `['pods', 'x', 'proxy', 'a']`. */
  readonly parts: readonly string[]
}

const GROUPLESS = 'api'
const GROUPED = 'apis'
/** Path elements that were verbs once and still work (`/api/v1/watch/pods`). */
const SPECIAL_VERBS = new Set(['proxy', 'watch'])
/** Subresources of a namespace itself, which are not resources inside it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** `splitPath`: no empty first element, and no empty elements at either end. Elements in the middle may be empty. */
function split(path: string): string[] {
  const trimmed = path.replace(/^\/+|\/+$/g, '')
  return trimmed === '' ? [] : trimmed.split('/')
}

function decoded(part: string): string {
  if (!part.includes('%')) return part
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Kubernetes reads a boolean of a query so: absent, `false` and `0` are false, everything else is true. */
export function queryFlag(values: readonly string[]): boolean {
  const [first] = values
  return first !== undefined && first !== 'false' && first !== '0'
}

interface Query {
  getAll(name: string): string[]
  get(name: string): string | null
}

/** The name that `fieldSelector=metadata.name=x` picks, where it picks exactly one. */
function selectedName(query: Query): string {
  for (const term of (query.get('fieldSelector') ?? '').split(',')) {
    const match = /^metadata\.name==?([^=!]+)$/.exec(term.trim())
    if (match?.[1] !== undefined && /^[^/%]+$/.test(match[1]) && match[1] !== '.' && match[1] !== '..') return match[1]
  }
  return ''
}

function other(method: string, path: string): RequestInfo {
  return {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    prefix: '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    fieldSelector: '',
    parts: [],
  }
}

/** An action that no request asks for by itself, as authorisers see it (authorizer.AttributesRecord). */
export function actionInfo(action: {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
}): RequestInfo {
  return { ...other('', ''), isResourceRequest: true, version: '*', ...action }
}

/** `path` is the raw path of the URL (percent-encoded), without the query. */
export function requestInfo(method: string, path: string, query: Query): RequestInfo {
  const readable = decoded(path)
  const plain = other(method, readable)
  let parts = split(readable)
  const [prefix] = parts
  if (parts.length < 3 || (prefix !== GROUPLESS && prefix !== GROUPED)) return plain
  parts = parts.slice(1)
  let group = ''
  if (prefix === GROUPED) {
    if (parts.length < 3) return plain
    group = parts[0] ?? ''
    parts = parts.slice(1)
  }
  const version = parts[0] ?? ''
  parts = parts.slice(1)
  let verb = VERBS[method] ?? ''
  if (SPECIAL_VERBS.has(parts[0] ?? '')) {
    if (parts.length < 2) return plain
    verb = parts[0] ?? ''
    parts = parts.slice(1)
  }
  const scope = scopeOf(parts)
  const [resource = '', named = '', subresource = ''] = scope.parts
  let name = named
  if (name === '' && verb === 'get') {
    verb = queryFlag(query.getAll('watch')) ? 'watch' : 'list'
    name = selectedName(query)
  } else if (name === '' && verb === 'watch') {
    name = selectedName(query)
  } else if (name === '' && verb === 'delete') {
    verb = 'deletecollection'
    name = selectedName(query)
  }
  return {
    isResourceRequest: true,
    path: plain.path,
    verb,
    prefix,
    group,
    version,
    namespace: scope.namespace,
    resource,
    subresource,
    name,
    fieldSelector: query.get('fieldSelector') ?? '',
    parts: scope.parts,
  }
}

/** `/namespaces/x/pods/y` is about pods in x; `/namespaces/x` and `/namespaces/x/status` are about the namespace x. */
function scopeOf(parts: string[]): { namespace: string; parts: string[] } {
  if (parts[0] !== 'namespaces' || parts.length < 2) return { namespace: '', parts }
  const namespace = parts[1] ?? ''
  const inside = parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '')
  return { namespace, parts: inside ? parts.slice(2) : parts }
}
