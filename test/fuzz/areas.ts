import type { Json, JsonObject } from '../../api/meta/object.ts'
import { encodeProtobuf, envelope } from '../../api/schema/protobuf.ts'
import type { Chance } from '../simulation/chance.ts'
import { mutated, mutatedBytes, mutatedText } from './mutate.ts'
import { collectionOf, nameOf, NAMESPACE, type Sample } from './samples.ts'

/** One request that may be wrong in any way. */
export interface Shot {
  readonly method: string
  readonly path: string
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}
/** Where one kind of trouble comes from; each shot is a function of the chance alone. */
export type Area = (chance: Chance, samples: readonly Sample[]) => Shot

const sampleOf = (chance: Chance, samples: readonly Sample[]): Sample => {
  const sample = chance.pick(samples)
  if (sample === undefined) throw new Error('there are no samples')
  return sample
}
const segment = (text: string): string => encodeURIComponent(text.toWellFormed())
const objectPath = ({ kind, body }: Sample): string => `${collectionOf(kind)}/${segment(nameOf(body) || 'x')}`
const several = (chance: Chance, value: Json): Json => {
  let result = value
  for (let i = chance.int(1, 4); i > 0; i--) result = mutated(chance, result)
  return result
}
const send = (
  chance: Chance,
  sample: Sample,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
): Shot => {
  const headers = { 'content-type': type }
  const path = chance.maybe(0.7) ? collectionOf(sample.kind) : objectPath(sample)
  return { method: path === collectionOf(sample.kind) ? 'POST' : 'PUT', path, body, headers }
}

const bodies: Area = (chance, samples) => {
  const sample = sampleOf(chance, samples)
  return send(chance, sample, JSON.stringify(several(chance, sample.body)))
}

const texts: Area = (chance, samples) => {
  const sample = sampleOf(chance, samples)
  const text = JSON.stringify(sample.body)
  switch (chance.int(0, 5)) {
    case 0:
      return send(chance, sample, mutatedBytes(chance, Buffer.from(text)))
    case 1: {
      const depth = chance.int(100, 30_000)
      return send(chance, sample, `{"a":${'['.repeat(depth)}${']'.repeat(chance.int(0, depth))}}`)
    }
    case 2: {
      const more = Array.from({ length: chance.int(100, 5000) }, (_, i) => `"field${i}":${i}`)
      return send(chance, sample, text.replace('{', `{${more.join(',')},`))
    }
    case 3:
      return send(chance, sample, text.replace(/^\{/, `{"metadata":{"name":"d"},"kind":"Other",`))
    case 4:
      return send(chance, sample, text.replaceAll(/\d+/g, '9'.repeat(chance.int(10, 500))))
    default:
      return send(chance, sample, text.slice(0, chance.int(0, text.length)))
  }
}

const yaml: Area = (chance, samples) => {
  const sample = sampleOf(chance, samples)
  const type = chance.pick(['application/yaml', 'application/apply-patch+yaml']) ?? ''
  const bomb = Array.from(
    { length: 12 },
    (_, i) =>
      `a${i}: &a${i} [${
        i === 0
          ? '"x"'
          : Array(9)
              .fill(`*a${i - 1}`)
              .join(', ')
      }]`,
  )
  const text = chance.pick([
    bomb.join('\n'),
    `${JSON.stringify(sample.body)}\n---\n{}`,
    '&a [*a]',
    `metadata: {<<: *x, name: y}`,
    `metadata: &m {name: n}\ndata: *m`,
    `? [a, b]\n: c`,
    '[\n'.repeat(chance.int(10, 5000)),
    `data: !!binary ${'A'.repeat(100)}`,
    `kind: ConfigMap\nkind: Secret\n`,
    `a: ${'"\\u0000"'}\n y: on\n`,
    '- '.repeat(chance.int(10, 3000)),
    mutatedText(chance, `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\ndata:\n  on: off\n  n: 0x1F\n`),
  ])
  const shot = send(chance, sample, text ?? '', type)
  const isApply = type.includes('apply')
  return isApply ? { ...shot, method: 'PATCH', path: `${objectPath(sample)}?fieldManager=fuzz` } : shot
}

const encoded = new Map<JsonObject, Uint8Array | undefined>()
function encodedOf({ kind, body }: Sample): Uint8Array | undefined {
  if (!encoded.has(body))
    encoded.set(
      body,
      attempt(() => encodeProtobuf(kind.model, body)),
    )
  return encoded.get(body)
}
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

const protobuf: Area = (chance, samples) => {
  // What has a protobuf form is what could be encoded: some samples are wrong on purpose.
  const encodable = samples.filter((sample) => encodedOf(sample) !== undefined)
  const { kind, body } = sampleOf(chance, encodable)
  const type = 'application/vnd.kubernetes.protobuf'
  const bytes = envelope(kind.apiVersion, kind.kind, encodedOf({ kind, body }) ?? new Uint8Array())
  return send(chance, { kind, body }, mutatedBytes(chance, bytes), type)
}

const PATCHES = ['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml'] as const
const patches: Area = (chance, samples) => {
  const sample = sampleOf(chance, samples)
  const type = chance.pick(PATCHES) ?? 'merge-patch+json'
  const query = type === 'apply-patch+yaml' ? `?fieldManager=m${chance.int(0, 3)}&force=${chance.maybe(0.5)}` : ''
  const status = chance.maybe(0.15) ? '/status' : ''
  const body = type === 'json-patch+json' ? operations(chance, sample.body) : directives(chance, sample.body)
  return {
    method: 'PATCH',
    path: `${objectPath(sample)}${status}${query}`,
    body: JSON.stringify(body),
    headers: { 'content-type': `application/${type}` },
  }
}

function pointer(chance: Chance, value: Json): string {
  if (chance.maybe(0.3) || typeof value !== 'object' || value === null) return ''
  const keys = Object.keys(value)
  const key = chance.pick(keys) ?? chance.pick(['-', '01', '-1', '99999999999', '~2', '']) ?? ''
  const below = Array.isArray(value) ? value[Number(key)] : value[key]
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}${pointer(chance, below ?? null)}`
}

function operations(chance: Chance, body: JsonObject): Json {
  const one = (): Json => ({
    op: chance.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'nothing']) ?? 'add',
    path: chance.maybe(0.1) ? mutatedText(chance, pointer(chance, body)) : pointer(chance, body),
    from: pointer(chance, body),
    value: several(chance, body['metadata'] ?? null),
  })
  const list = Array.from({ length: chance.int(0, 6) }, one)
  return chance.maybe(0.1) ? mutated(chance, list) : list
}

function directives(chance: Chance, body: JsonObject): Json {
  const patch = several(chance, body)
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch) || chance.maybe(0.6)) return patch
  const directive = chance.pick<JsonObject>([
    { $patch: 'delete' },
    { $patch: 'replace' },
    { $patch: 'bogus' },
    { $retainKeys: ['a'] },
    { '$setElementOrder/containers': [{ name: 'zz' }] },
    { '$deleteFromPrimitiveList/finalizers': ['a', 1] },
    { '$setElementOrder/': [] },
    { '$retainKeys/': 1 },
  ])
  const at = chance.pick(Object.keys(patch))
  const inner = at === undefined ? undefined : patch[at]
  if (at !== undefined && typeof inner === 'object' && inner !== null && !Array.isArray(inner))
    return { ...patch, [at]: { ...inner, ...directive } }
  return { ...patch, ...directive }
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'BREW']
const paths: Area = (chance, samples) => {
  const sample = sampleOf(chance, samples)
  const known = chance.pick([
    objectPath(sample),
    collectionOf(sample.kind),
    `${objectPath(sample)}/status`,
    `${objectPath(sample)}/scale`,
    `/api/v1/watch/namespaces/${NAMESPACE}/pods`,
    `/apis/${sample.kind.group}`,
    '/openapi/v3/apis/apps/v1',
    '/api/v1/namespaces/fuzz/pods/x/exec',
    '/podo/join',
    '/metrics',
    '/livez/ping',
  ])
  const method = chance.pick(METHODS.slice(0, 7)) ?? 'GET'
  const odd = chance.pick([
    '//',
    '/./',
    '/../',
    '/%00',
    '/%2e%2e/',
    '/%zz',
    `/${'x'.repeat(3000)}`,
    '/-',
    '/ ',
    '?',
    '#a',
    '/é',
  ])
  const at = chance.int(0, (known ?? '').length)
  const path = chance.maybe(0.5) ? known : `${known?.slice(0, at)}${odd}${known?.slice(at)}`
  return {
    method,
    path: path?.startsWith('/') === true ? path : `/${path}`,
    ...(method === 'GET' ? {} : { body: '{}' }),
  }
}

const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  limit: ['1', '-1', '0', '99999999999999999999', 'x', '1.5', ''],
  continue: ['x', '', 'e30', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJ4In0', '%00'],
  resourceVersion: ['0', '1', '-1', '999999999', 'x', '', '1e3', '00'],
  resourceVersionMatch: ['Exact', 'NotOlderThan', 'Bogus', ''],
  labelSelector: [
    'a=b',
    'a in (b,c)',
    '!a',
    'a>1',
    'a in (',
    '(((',
    'a=b,,',
    'a==b=c',
    `${'a'.repeat(400)}=b`,
    'a notin ()',
    ',',
  ],
  fieldSelector: [
    'metadata.name=x',
    'metadata.name!=x',
    'spec.nodeName=',
    'a=b',
    '=',
    'metadata.name=\\,',
    'status.phase==',
    ',',
  ],
  timeoutSeconds: ['0', '-1', 'x', '99999999999999', '0.1'],
  sendInitialEvents: ['true', 'false', 'x'],
  allowWatchBookmarks: ['true', 'x'],
  pretty: ['true', 'x'],
  dryRun: ['All', 'x', ''],
  fieldManager: ['a', '\u0000', 'x'.repeat(200), ''],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'x'],
  force: ['true', 'x'],
  propagationPolicy: ['Foreground', 'Orphan', 'Background', 'x'],
  gracePeriodSeconds: ['0', '-1', 'x', '99999999999999999999'],
  includeObject: ['None', 'Object', 'Metadata', 'x'],
}
const queries: Area = (chance, samples) => {
  const sample = sampleOf(chance, samples)
  const method = chance.pick(['GET', 'GET', 'GET', 'DELETE', 'POST', 'PATCH']) ?? 'GET'
  const names = Object.keys(PARAMETERS)
  const query = Array.from({ length: chance.int(1, 5) }, () => {
    const name = chance.pick(names) ?? ''
    const value = chance.pick(PARAMETERS[name] ?? []) ?? ''
    return `${name}=${segment(chance.maybe(0.2) ? mutatedText(chance, value) : value)}`
  })
  const base = chance.maybe(0.7) ? collectionOf(sample.kind) : objectPath(sample)
  const body = method === 'GET' ? {} : { body: method === 'DELETE' ? '' : JSON.stringify(sample.body) }
  return { method, path: `${base}?${query.join('&')}`, ...body }
}

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  accept: [
    '*/*',
    'text/html',
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=Table;v=v9;g=x',
    'a',
    ';;;',
    'application/vnd.kubernetes.protobuf',
    'application/json;q=0',
    `${'a/b,'.repeat(500)}c/d`,
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    'application/yaml',
  ],
  'content-type': [
    'text/plain',
    'application/json; charset=utf-16',
    'application/vnd.kubernetes.protobuf',
    'a',
    '',
    'application/json-patch+json',
    'application/cbor',
  ],
  'accept-encoding': ['gzip', 'br', 'gzip;q=0', '*'],
  'impersonate-user': ['x', '', 'system:serviceaccount:a', 'system:node:'],
  'impersonate-group': ['system:masters', 'a, b', ''],
  'impersonate-extra-a%zz': ['x'],
  'if-none-match': ['"x"', '*', '\u00e9'],
  'content-encoding': ['gzip'],
  range: ['bytes=0-1'],
  upgrade: ['websocket', 'SPDY/3.1', 'h2c'],
}
const headers: Area = (chance, samples) => {
  const sample = sampleOf(chance, samples)
  const method = chance.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) ?? 'GET'
  const names = Object.keys(HEADERS)
  const chosen = Array.from({ length: chance.int(1, 3) }, () => chance.pick(names) ?? 'accept')
  const path = chance.maybe(0.5) ? collectionOf(sample.kind) : objectPath(sample)
  return {
    method,
    path: chance.maybe(0.1) && method === 'GET' ? `${path}?watch=1` : path,
    ...(method === 'GET' ? {} : { body: JSON.stringify(sample.body) }),
    headers: Object.fromEntries(chosen.map((name) => [name, chance.pick(HEADERS[name] ?? []) ?? ''])),
  }
}

export const AREAS: Readonly<Record<string, Area>> = {
  bodies,
  texts,
  yaml,
  protobuf,
  patches,
  paths,
  queries,
  headers,
}
