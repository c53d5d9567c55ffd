import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../meta/object.ts'
import { StatusError } from '../meta/status-error.ts'
import { strategicMerge } from './strategic-merge.ts'

const DEPLOYMENT = 'io.k8s.api.apps.v1.Deployment'
const CONFIG_MAP = 'io.k8s.api.core.v1.ConfigMap'
const SERVICE = 'io.k8s.api.core.v1.Service'

/** The Deployment that the conversations recorded with a kube-apiserver 1.36.2 patch. */
const containers = [
  {
    name: 'c',
    image: 'nginx',
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
    ports: [{ containerPort: 80, name: 'http' }],
    args: ['a', 'b'],
  },
  { name: 'd', image: 'sidecar' },
]
const deployment: JsonObject = {
  metadata: { name: 'x', labels: { k1: 'v1', k2: 'v2' }, annotations: { n1: 'x' } },
  spec: {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: {
      spec: {
        containers,
        tolerations: [{ key: 'a', operator: 'Exists' }],
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'w', emptyDir: {} },
        ],
      },
    },
  },
}
const podSpec = (spec: JsonObject): JsonObject => ({ spec: { template: { spec } } })
const inC = (fields: JsonObject): JsonObject => podSpec({ containers: [{ name: 'c', ...fields }] })
const at = (object: Json | undefined, path: string): Json | undefined =>
  path.split('.').reduce<Json | undefined>((value, key) => (value as JsonObject | undefined)?.[key], object)

/** [what, patch, path, value there afterwards]; the first ten are recorded (patch/strategic/…). */
const MERGES: [what: string, patch: JsonObject, path: string, value: Json | undefined][] = [
  [
    'container-by-name',
    inC({ image: 'nginx:2' }),
    'spec.template.spec.containers',
    [{ ...containers[0], image: 'nginx:2' }, containers[1]!],
  ],
  [
    'add-container-order',
    podSpec({ containers: [{ name: 'new', image: 'n' }] }),
    'spec.template.spec.containers',
    [{ name: 'new', image: 'n' }, ...containers],
  ],
  ['delete-directive-map', { metadata: { annotations: { $patch: 'delete' } } }, 'metadata.annotations', {}],
  [
    'env-merge',
    inC({
      env: [
        { name: 'B', value: '3' },
        { name: 'C', value: '4' },
      ],
    }),
    'spec.template.spec.containers.0.env',
    [
      { name: 'A', value: '1' },
      { name: 'B', value: '3' },
      { name: 'C', value: '4' },
    ],
  ],
  [
    'env-delete',
    inC({ env: [{ name: 'A', $patch: 'delete' }] }),
    'spec.template.spec.containers.0.env',
    [{ name: 'B', value: '2' }],
  ],
  [
    'tolerations-atomic',
    podSpec({ tolerations: [{ key: 'b', operator: 'Exists' }] }),
    'spec.template.spec.tolerations',
    [{ key: 'b', operator: 'Exists' }],
  ],
  ['null-field', { metadata: { labels: { k1: null } } }, 'metadata.labels', { k2: 'v2' }],
  [
    'ports-key',
    inC({ ports: [{ containerPort: 81 }] }),
    'spec.template.spec.containers.0.ports',
    [{ containerPort: 81 }, { containerPort: 80, name: 'http' }],
  ],
  [
    'volumes-retainKeys',
    podSpec({ volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] }),
    'spec.template.spec.volumes',
    [
      { name: 'v', hostPath: { path: '/x' } },
      { name: 'w', emptyDir: {} },
    ],
  ],
  ['unknown-field', { spec: { bogus: 1 } }, 'spec.bogus', 1],

  [
    'an absent map is taken without nulls and directives',
    podSpec({
      affinity: { nodeAffinity: null, podAffinity: { x: null, y: 1 }, podAntiAffinity: { $patch: 'delete' } },
    }),
    'spec.template.spec.affinity',
    { podAffinity: { y: 1 } },
  ],
  [
    'an absent list is taken without deletions',
    podSpec({ imagePullSecrets: [{ name: 'a', $patch: 'delete' }, { name: 'b' }] }),
    'spec.template.spec.imagePullSecrets',
    [{ name: 'b' }],
  ],
  ['a null of nothing is nothing', { metadata: { finalizers: null } }, 'metadata.finalizers', undefined],
  ['$patch: replace in a map', { metadata: { labels: { $patch: 'replace', z: '1' } } }, 'metadata.labels', { z: '1' }],
  [
    '$patch: replace in a list',
    inC({ env: [{ $patch: 'replace' }, { name: 'Z', value: '1' }] }),
    'spec.template.spec.containers.0.env',
    [{ name: 'Z', value: '1' }],
  ],
  ['$patch: replace empties a list', inC({ env: [{ $patch: 'replace' }] }), 'spec.template.spec.containers.0.env', []],
  [
    '$retainKeys of the strategy',
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    'spec.strategy',
    { type: 'Recreate' },
  ],
  [
    'a strategy without $retainKeys merges',
    { spec: { strategy: { type: 'Recreate' } } },
    'spec.strategy.rollingUpdate',
    { maxSurge: '25%', maxUnavailable: '25%' },
  ],
  [
    '$setElementOrder orders what stays',
    podSpec({ '$setElementOrder/containers': [{ name: 'd' }, { name: 'c' }] }),
    'spec.template.spec.containers',
    containers.toReversed(),
  ],
  [
    '$setElementOrder places what is added',
    podSpec({
      '$setElementOrder/containers': [{ name: 'c' }, { name: 'e' }, { name: 'd' }],
      containers: [{ name: 'e', image: 'e' }],
    }),
    'spec.template.spec.containers',
    [containers[0]!, { name: 'e', image: 'e' }, containers[1]!],
  ],
  [
    '$setElementOrder and a deletion',
    podSpec({ '$setElementOrder/containers': [{ name: 'c' }], containers: [{ name: 'd', $patch: 'delete' }] }),
    'spec.template.spec.containers',
    [containers[0]!],
  ],
  [
    '$setElementOrder keeps what it does not name in its place',
    podSpec({ '$setElementOrder/volumes': [{ name: 'x' }, { name: 'w' }], volumes: [{ name: 'x', emptyDir: {} }] }),
    'spec.template.spec.volumes',
    [
      { name: 'x', emptyDir: {} },
      { name: 'v', emptyDir: {} },
      { name: 'w', emptyDir: {} },
    ],
  ],
  [
    '$setElementOrder of a list that is new',
    podSpec({
      '$setElementOrder/imagePullSecrets': [{ name: 'b' }, { name: 'a' }],
      imagePullSecrets: [{ name: 'b' }, { name: 'a' }],
    }),
    'spec.template.spec.imagePullSecrets',
    [{ name: 'b' }, { name: 'a' }],
  ],
  [
    '$setElementOrder of nothing',
    podSpec({ '$setElementOrder/initContainers': [{ name: 'i' }] }),
    'spec.template.spec.initContainers',
    undefined,
  ],
]

test.each(MERGES)('[AP33] strategic merge: %s', (_, patch, path, value) => {
  const before = JSON.stringify([deployment, patch])
  expect(at(strategicMerge(DEPLOYMENT, deployment, patch), path)).toEqual(value)
  expect(JSON.stringify([deployment, patch])).toBe(before)
})

test('[AP33] unknown fields come before known ones, outer before inner', () => {
  const merged = strategicMerge(DEPLOYMENT, deployment, { spec: { foo: 1, bar: 2, template: { spec: { baz: 3 } } } })
  expect(Object.keys(merged['spec'] as JsonObject).slice(0, 3)).toEqual(['bar', 'foo', 'strategy'])
})

const finalizers = (...names: string[]): JsonObject => ({ metadata: { finalizers: names } })
test.each<[string, JsonObject, JsonObject, JsonObject]>([
  ['finalizers-merge', finalizers('x/a'), finalizers('x/b'), finalizers('x/b', 'x/a')],
  [
    'finalizers-delete',
    finalizers('x/a', 'x/b'),
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['x/a'] } },
    finalizers('x/b'),
  ],
  [
    'deletions come before additions',
    finalizers('x/a'),
    { metadata: { finalizers: ['x/a'], '$deleteFromPrimitiveList/finalizers': ['x/a'] } },
    finalizers('x/a'),
  ],
  [
    'kubectl removes one of three',
    finalizers('x/a', 'x/b', 'x/c'),
    {
      metadata: {
        '$deleteFromPrimitiveList/finalizers': ['x/b'],
        '$setElementOrder/finalizers': ['x/a', 'x/c'],
      },
    },
    finalizers('x/a', 'x/c'),
  ],
  [
    'a deletion of nothing',
    { metadata: {} },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['x/a'] } },
    { metadata: {} },
  ],
])('[AP33] strategic merge of scalars: %s', (_, document, patch, result) => {
  expect(strategicMerge(CONFIG_MAP, document, patch)).toEqual(result)
})

test('[AP33] service ports merge by port (service-ports, service-ports-by-port)', () => {
  const document = { spec: { ports: [{ name: 'a', port: 80, targetPort: 80 }] } }
  const ports = (...list: JsonObject[]) => ({ spec: { ports: list } })
  expect(strategicMerge(SERVICE, document, ports({ port: 81, name: 'b' }))).toEqual(
    ports({ port: 81, name: 'b' }, { name: 'a', port: 80, targetPort: 80 }),
  )
  expect(strategicMerge(SERVICE, document, ports({ port: 80, targetPort: 8080 }))).toEqual(
    ports({ name: 'a', port: 80, targetPort: 8080 }),
  )
})

/** The first three are recorded. */
test.each<[JsonObject, number, string]>([
  [inC({ env: [{ value: 'z' }] }), 500, 'map: map[value:z] does not contain declared merge key: name'],
  [inC({ env: [{ name: 'Z', $patch: 'foo' }] }), 500, 'unknown patch type: foo in map: map[$patch:foo name:Z]'],
  [
    podSpec({ '$setElementOrder/containers': [{ name: 'zz' }], containers: [{ name: 'c', image: 'x' }] }),
    500,
    "The order in patch list:\n[map[image:x name:c]]\n doesn't match $setElementOrder list:\n[map[name:zz]]\n",
  ],
  [{ spec: { $patch: 'merge', replicas: 1 } }, 500, 'unknown patch type: merge in map: map[$patch:merge replicas:1]'],
  [{ spec: { strategy: { $retainKeys: ['type'], rollingUpdate: {} } } }, 400, 'invalid patch format of retainKeys'],
  [{ spec: { strategy: { $retainKeys: 'type' } } }, 400, 'invalid patch format of retainKeys'],
  [podSpec({ '$setElementOrder/containers': 'c' }), 500, 'expected a []interface {}, but received a string'],
  [podSpec({ $setElementOrder: [] }), 400, 'invalid patch format of setElementOrder list'],
  [{ metadata: { $deleteFromPrimitiveList: [] } }, 400, 'invalid patch format of primitive list'],
  [podSpec({ containers: ['c'] }), 500, ''],
  [podSpec({ containers: [[]] }), 422, 'the server rejected our request due to an error in our request'],
])('[AP34] a directive that does not fit fails as in Kubernetes: %j', (patch, code, message) => {
  const failure = caught(() => strategicMerge(DEPLOYMENT, deployment, patch))
  expect(failure.code).toBe(code)
  if (message !== '') expect(failure.message).toBe(message)
  else expect(failure.message).toMatch(/^list element types are not identical: \[\[map\[args:\[a b\] env:/)
})

function caught(work: () => unknown): StatusError {
  try {
    work()
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
