import type { Kind } from '../kinds/kind.ts'
import type { GroupVersionKind } from './openapi-schema.ts'

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch'

/** One operation of the API, before it is written down as swagger 2.0 or OpenAPI 3.0. */
export interface Operation {
  readonly id: string
  /** `x-kubernetes-action`; absent, as is the kind, where no resource is meant. */
  readonly action?: string
  readonly tag: string
  readonly gvk?: GroupVersionKind
  /** Names of query parameters, all described in QUERY. */
  readonly query: readonly string[]
  /** Model of the body; `patch` is a patch document. */
  readonly body?: string
  /** Model of the answer; undefined where it is text. */
  readonly answer?: string
}
export interface Path {
  readonly path: string
  /** Names of path parameters; absent where a path takes none, not even `pretty`. */
  readonly parameters?: readonly string[]
  readonly operations: Partial<Record<Method, Operation>>
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
export const PATCH = `${META}.Patch`
export const STATUS = `${META}.Status`
export const DELETE_OPTIONS = `${META}.DeleteOptions`

/** Content types of bodies and answers. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
export const OBJECTS = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml']
export const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
]

/** Query parameters and their types; clients look for `fieldValidation` and `dryRun` on patches. */
export const QUERY: Readonly<Record<string, 'string' | 'boolean' | 'integer'>> = {
  allowWatchBookmarks: 'boolean',
  command: 'string',
  container: 'string',
  continue: 'string',
  dryRun: 'string',
  fieldManager: 'string',
  fieldSelector: 'string',
  fieldValidation: 'string',
  follow: 'boolean',
  force: 'boolean',
  gracePeriodSeconds: 'integer',
  labelSelector: 'string',
  limit: 'integer',
  limitBytes: 'integer',
  orphanDependents: 'boolean',
  previous: 'boolean',
  propagationPolicy: 'string',
  resourceVersion: 'string',
  resourceVersionMatch: 'string',
  sendInitialEvents: 'boolean',
  sinceSeconds: 'integer',
  stderr: 'boolean',
  stdin: 'boolean',
  stdout: 'boolean',
  tailLines: 'integer',
  timeoutSeconds: 'integer',
  timestamps: 'boolean',
  tty: 'boolean',
  watch: 'boolean',
}
const LIST = [
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
]
const WRITE = ['dryRun', 'fieldManager', 'fieldValidation']
const DELETE = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy']

/** What a verb is to HTTP and to `x-kubernetes-action`; the word in front of an operation's id. */
interface Verb {
  readonly method: Method
  readonly action: string
  readonly word: string
  readonly query: readonly string[]
}
const VERBS: Readonly<Record<string, Verb>> = {
  list: { method: 'get', action: 'list', word: 'list', query: ['allowWatchBookmarks', ...LIST, 'watch'] },
  create: { method: 'post', action: 'post', word: 'create', query: WRITE },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    word: 'deleteCollection',
    query: [...DELETE, ...LIST],
  },
  get: { method: 'get', action: 'get', word: 'read', query: [] },
  update: { method: 'put', action: 'put', word: 'replace', query: WRITE },
  patch: { method: 'patch', action: 'patch', word: 'patch', query: [...WRITE, 'force'] },
  delete: { method: 'delete', action: 'delete', word: 'delete', query: DELETE },
}
const COLLECTION = ['list', 'create', 'deletecollection']
const ITEM = ['get', 'update', 'patch', 'delete']

/** Subresources that are streams or text: their verbs are connections, with parameters of their own. */
const STREAMS: Readonly<Record<string, readonly string[]>> = {
  log: ['container', 'follow', 'limitBytes', 'previous', 'sinceSeconds', 'tailLines', 'timestamps'],
  exec: ['command', 'container', 'stderr', 'stdin', 'stdout', 'tty'],
  attach: ['container', 'stderr', 'stdin', 'stdout', 'tty'],
  portforward: [],
  proxy: [],
}

/** The paths of a served kind, as the API server routes them; only its served verbs and subresources. */
export function pathsOf(kind: Kind): Path[] {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`
  const base = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.plural}` : `${root}/${kind.plural}`
  const scope = kind.namespaced ? ['namespace'] : []
  const paths = [
    pathOf(base, scope, kind, COLLECTION),
    pathOf(`${base}/{name}`, ['name', ...scope], kind, ITEM),
    ...(kind.namespaced && kind.verbs.includes('list') ? [everywhere(`${root}/${kind.plural}`, kind)] : []),
    ...served(kind).map((sub) => subresource(`${base}/{name}/${sub.name}`, ['name', ...scope], kind, sub)),
  ]
  return paths.filter(({ operations }) => Object.keys(operations).length > 0)
}

type Subresource = NonNullable<Kind['subresources']>[number]

export const served = (kind: Kind): Subresource[] =>
  (kind.subresources ?? []).filter((sub) => kind.rules.subresources?.includes(sub.name) === true)

function pathOf(path: string, parameters: string[], kind: Kind, verbs: string[]): Path {
  const operations: Path['operations'] = {}
  for (const verb of verbs.filter((verb) => kind.verbs.includes(verb))) {
    const { method, action, word, query } = VERBS[verb]!
    operations[method] = {
      id: operationId(word, kind),
      action,
      tag: tagOf(kind),
      gvk: { group: kind.group, version: kind.version, kind: kind.kind },
      query,
      ...modelsOf(verb, kind),
    }
  }
  return { path, parameters, operations }
}

function modelsOf(verb: string, kind: Kind): { body?: string; answer?: string } {
  switch (verb) {
    case 'list':
      return { answer: `${kind.model}List` }
    case 'create':
    case 'update':
      return { body: kind.model, answer: kind.model }
    case 'patch':
      return { body: PATCH, answer: kind.model }
    case 'delete':
      return { body: DELETE_OPTIONS, answer: kind.storage?.deleteReturnsObject === true ? kind.model : STATUS }
    case 'deletecollection':
      return { body: DELETE_OPTIONS, answer: STATUS }
    default:
      return { answer: kind.model }
  }
}

function everywhere(path: string, kind: Kind): Path {
  const list = pathOf(path, [], kind, ['list']).operations.get!
  const id = `list${groupWord(kind)}${kind.kind}ForAllNamespaces`
  return { path, parameters: [], operations: { get: { ...list, id } } }
}

function subresource(path: string, parameters: string[], kind: Kind, sub: Subresource): Path {
  const operations: Path['operations'] = {}
  const stream = STREAMS[sub.name]
  const model = stream === undefined ? subresourceModel(kind, sub) : undefined
  for (const verb of sub.verbs) {
    const known = VERBS[verb]
    if (known === undefined) continue
    const word = stream === undefined || sub.name === 'log' ? known.word : `connect${capital(known.method)}`
    operations[known.method] = {
      id: `${operationId(word, kind)}${capital(sub.name)}`,
      action: stream === undefined || sub.name === 'log' ? known.action : 'connect',
      tag: tagOf(kind),
      gvk: { group: sub.group, version: sub.version, kind: sub.kind },
      query: stream ?? known.query,
      ...(model === undefined ? {} : { answer: model }),
      ...(model === undefined || verb === 'get' ? {} : { body: verb === 'patch' ? PATCH : model }),
    }
  }
  return { path, parameters, operations }
}

/** Binding, Eviction, Scale, TokenRequest: models of the package that their group has in the table. */
export function subresourceModel(kind: Kind, sub: Subresource): string {
  if (sub.kind === kind.kind) return kind.model
  const group = sub.group === '' ? 'core' : sub.group.replace(/\..*/, '')
  return `io.k8s.api.${group}.${sub.version}.${sub.kind}`
}

export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** `CoreV1`, `AppsV1`, `RbacAuthorizationV1`. */
const groupWord = ({ group, version }: Kind): string => wordOf(group) + capital(version)
export const wordOf = (group: string): string =>
  (group === '' ? 'core' : group.replace(/\.k8s\.io$/, '')).split('.').map(capital).join('')
const tagOf = ({ group, version }: Kind): string =>
  `${group === '' ? 'core' : group.replace(/\.k8s\.io$/, '').replaceAll('.', '')}_${version}`

/** `readCoreV1NamespacedPod`, `deleteCoreV1CollectionNamespacedPod`. */
function operationId(word: string, kind: Kind): string {
  const [, verb, collection] = /^(.*?)(Collection)?$/.exec(word)!
  return `${verb}${groupWord(kind)}${collection ?? ''}${kind.namespaced ? 'Namespaced' : ''}${kind.kind}`
}
