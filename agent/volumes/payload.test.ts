import { expect, test } from 'vitest'
import type { ConfigMap, Pod, PodSpec, Secret, Volume } from '../../api/schema/types.generated.ts'
import type { Around } from '../pod/seen.ts'
import { payloadOf, VolumeError } from './payload.ts'

const META = { namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' }
const configMap: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'conf', ...META },
  data: { a: 'one', b: 'zwei ü' },
  binaryData: { raw: '/wA=' },
}
const secret: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'hidden', ...META },
  data: { key: btoa('sesam') },
}
const AROUND: Around = {
  node: { name: 'n1', address: '192.0.2.10', cpus: 4, memoryBytes: 2 ** 33, diskBytes: 10_000 },
  api: { host: 'api.example', onMachine: '127.0.0.1', port: 8443 },
  configMaps: new Map([['conf', configMap]]),
  secrets: new Map([['hidden', secret]]),
  unsupported: [],
}
const pod = (spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', ...META, labels: { tier: 'x', app: 'sh"op\n' }, annotations: {} },
  spec: { containers: [{ name: 'c', resources: { limits: { memory: '64Mi' } } }], ...spec },
  status: {},
})
/** The files as text with their modes: `644 one`, and `@1000` behind them where they have an owner. */
const filesOf = (volume: Partial<Volume>, spec?: Partial<PodSpec>, token: () => string | undefined = () => 'T') =>
  Object.fromEntries(
    [...payloadOf({ name: 'v', ...volume }, pod(spec), AROUND, token)].map(([path, { data, mode, uid }]) => [
      path,
      `${mode.toString(8)} ${Buffer.from(data).toString('latin1')}${uid === undefined ? '' : `@${uid}`}`,
    ]),
  )
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')
const field = (path: string, fieldPath: string) => ({ path, fieldRef: { fieldPath } })
const amount = (path: string, resource: string, divisor = '0') => ({
  path,
  resourceFieldRef: { containerName: 'c', resource, divisor },
})

const FILES: [string, Partial<Volume>, Record<string, string>][] = [
  ['all keys', { configMap: { name: 'conf' } }, { a: '644 one', b: latin1('644 zwei ü'), raw: '644 \xff\x00' }],
  [
    'chosen keys under other names, with modes',
    {
      configMap: {
        name: 'conf',
        defaultMode: 0o400,
        items: [
          { key: 'a', path: 'x/y' },
          { key: 'a', path: 'z', mode: 0o755 },
        ],
      },
    },
    { 'x/y': '400 one', z: '755 one' },
  ],
  [
    'an optional key that is not there is left out',
    {
      configMap: {
        name: 'conf',
        optional: true,
        items: [
          { key: 'a', path: 'a' },
          { key: 'q', path: 'q' },
        ],
      },
    },
    { a: '644 one' },
  ],
  ['an optional ConfigMap that is not there is empty', { configMap: { name: 'nope', optional: true } }, {}],
  ['a Secret', { secret: { secretName: 'hidden', defaultMode: 0o600 } }, { key: '600 sesam' }],
  [
    'fields of the Pod, as Go prints them',
    {
      downwardAPI: {
        items: [
          field('name', 'metadata.name'),
          field('space', 'metadata.namespace'),
          field('uid', 'metadata.uid'),
          field('labels', 'metadata.labels'),
          field('one', "metadata.labels['tier']"),
          field('none', "metadata.annotations['none']"),
          field('annotations', 'metadata.annotations'),
        ],
      },
    },
    {
      name: '644 web',
      space: '644 ns',
      uid: '644 u',
      labels: '644 app="sh\\"op\\n"\ntier="x"',
      one: '644 x',
      none: '644 ',
      annotations: '644 ',
    },
  ],
  [
    'resources of a container, of the node where it has no limit',
    {
      downwardAPI: {
        items: [
          amount('memory', 'limits.memory', '1Mi'),
          amount('cpu', 'limits.cpu'),
          amount('asked', 'requests.cpu', '1m'),
          amount('disk', 'limits.ephemeral-storage'),
        ],
      },
    },
    { memory: '644 64', cpu: '644 4', asked: '644 0', disk: '644 9000' },
  ],
  [
    'several sources, the later wins',
    {
      projected: {
        defaultMode: 0o440,
        sources: [
          { serviceAccountToken: { path: 'token' } },
          { configMap: { name: 'conf', items: [{ key: 'a', path: 'f' }] } },
          { secret: { name: 'hidden', items: [{ key: 'key', path: 'f' }] } },
          { downwardAPI: { items: [field('namespace', 'metadata.namespace')] } },
        ],
      },
    },
    { token: '440 T', f: '440 sesam', namespace: '440 ns' },
  ],
]
test.each(FILES)('[AG73] %s', (_, volume, files) => {
  expect(filesOf(volume)).toEqual(files)
})

const projected = (...sources: object[]) => ({ projected: { sources } })
const MISSING: [Partial<Volume>, string][] = [
  [{ configMap: { name: 'nope' } }, 'configmap "nope" not found'],
  [{ secret: { secretName: 'nope' } }, 'secret "nope" not found'],
  [
    { configMap: { name: 'conf', items: [{ key: 'q', path: 'q' }] } },
    'configmap references non-existent config key: q',
  ],
  [{ secret: { secretName: 'hidden', items: [{ key: 'q', path: 'q' }] } }, 'references non-existent secret key: q'],
  [projected({ configMap: { name: 'nope' } }, { configMap: { name: 'nope' } }), 'configmap "nope" not found'],
  [
    projected({ configMap: { name: 'nope' } }, { secret: { name: 'nope' } }),
    '[configmap "nope" not found, secret "nope" not found]',
  ],
]
test.each(MISSING)('[AG73] what is missing is told in kubelet’s words: %j', (volume, message) => {
  expect(() => filesOf(volume)).toThrow(new VolumeError(message))
})

test('[AG73] a token is for the Pod’s user and group alone where it has them', () => {
  const volume = projected({ serviceAccountToken: { path: 'token' } })
  const token = (spec: Partial<PodSpec>) => filesOf(volume, spec)['token']
  const container = (runAsUser?: number) => ({
    name: 'c',
    resources: {},
    ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }),
  })
  expect(token({})).toBe('644 T')
  expect(token({ securityContext: { fsGroup: 2000 } })).toBe('600 T')
  expect(token({ securityContext: { runAsUser: 1000 } })).toBe('600 T@1000')
  expect(token({ containers: [container(1000), container(1001)] })).toBe('644 T')
  expect(token({ containers: [container(1000), container()], securityContext: { runAsUser: 1000 } })).toBe('600 T@1000')
})

test('a token that is left out leaves the rest', () => {
  const volume = projected({ serviceAccountToken: { path: 'token' } }, { configMap: { name: 'conf' } })
  expect(Object.keys(filesOf(volume, {}, () => undefined))).toEqual(['a', 'b', 'raw'])
})
