import { expect, test } from 'vitest'
import type { ConfigMap, Container, EnvVar, Pod, Secret } from '../../api/schema/types.generated.ts'
import { ConfigError, configError, environmentOf } from './env.ts'
import { expand } from './expand.ts'
import type { Around } from './seen.ts'

const META = { namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' }
const configMap = (name: string, data: Record<string, string>): [string, ConfigMap] => [
  name,
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...META }, data },
]
const secret = (name: string, data: Record<string, string>): [string, Secret] => [
  name,
  { apiVersion: 'v1', kind: 'Secret', metadata: { name, ...META }, data },
]
const AROUND: Around = {
  node: { name: 'n1', address: '192.0.2.10', cpus: 4, memoryBytes: 2 ** 33, diskBytes: 2 ** 40 },
  api: { host: 'api.example', onMachine: '127.0.0.1', port: 8443 },
  configMaps: new Map([configMap('conf', { A: 'from conf', B: 'b' })]),
  secrets: new Map([secret('hidden', { S: btoa('sesam'), U: 'w6k=' })]),
  unsupported: [],
}
const POD: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', ...META, labels: { app: 'shop' }, annotations: { note: 'hi' } },
  spec: { containers: [], serviceAccountName: 'default' },
  status: {},
}
const container = (more: Partial<Container>): Container => ({ name: 'c', resources: {}, ...more })
const of = (more: Partial<Container>): Record<string, string> =>
  Object.fromEntries(
    [...environmentOf(POD, container(more), AROUND, '10.244.1.2')].filter(([name]) => !name.startsWith('KUBERNETES_')),
  )
const from = (name: string, valueFrom: EnvVar['valueFrom']): EnvVar =>
  valueFrom === undefined ? { name } : { name, valueFrom }

test.each([
  ['$(A)', 'x'],
  ['a$(A)b$(A)', 'axbx'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$x'],
  ['$(NOPE)', '$(NOPE)'],
  ['$(A', '$(A'],
  ['$A $', '$A $'],
  ['$()', '$()'],
])('expand %s', (text, expected) => {
  expect(expand(text, new Map([['A', 'x']]))).toBe(expected)
})

test('[AG70] envFrom first, then env; later wins; $(VAR) sees what stands before it', () => {
  expect(
    of({
      envFrom: [{ configMapRef: { name: 'conf' } }, { prefix: 'P_', secretRef: { name: 'hidden' } }],
      env: [
        { name: 'A', value: 'own' },
        { name: 'C', value: '$(A) $(B) $(P_S) $(LATER)' },
        { name: 'LATER', value: 'l' },
      ],
    }),
  ).toEqual({ B: 'b', P_S: 'sesam', P_U: 'é', A: 'own', C: 'own b sesam $(LATER)', LATER: 'l' })
})

test.each([
  ['of its own address', {}, 'api.example'],
  ['with the machine’s network', { hostNetwork: true }, '127.0.0.1'],
])('[ND40] every container knows where the API is: a Pod %s', (_, spec, host) => {
  const pod: Pod = { ...POD, spec: { ...POD.spec, enableServiceLinks: false, ...spec } }
  expect(Object.fromEntries(environmentOf(pod, container({}), AROUND, ''))).toEqual({
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT: '8443',
    KUBERNETES_SERVICE_PORT_HTTPS: '8443',
    KUBERNETES_PORT: `tcp://${host}:8443`,
    KUBERNETES_PORT_8443_TCP: `tcp://${host}:8443`,
    KUBERNETES_PORT_8443_TCP_PROTO: 'tcp',
    KUBERNETES_PORT_8443_TCP_PORT: '8443',
    KUBERNETES_PORT_8443_TCP_ADDR: host,
  })
})

test('[ND40] the container’s own variables win, and may refer to them', () => {
  const env = [
    { name: 'URL', value: 'https://$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_SERVICE_PORT)' },
    { name: 'KUBERNETES_SERVICE_HOST', value: 'other.example' },
  ]
  const found = environmentOf(POD, container({ env }), AROUND, '')
  expect(found.get('URL')).toBe('https://api.example:8443')
  expect(found.get('KUBERNETES_SERVICE_HOST')).toBe('other.example')
})

test('fields of the Pod', () => {
  const paths: Record<string, string> = {
    'metadata.name': 'web',
    'metadata.namespace': 'ns',
    'metadata.uid': 'u',
    "metadata.labels['app']": 'shop',
    "metadata.annotations['note']": 'hi',
    "metadata.labels['none']": '',
    'spec.nodeName': 'n1',
    'spec.serviceAccountName': 'default',
    'status.hostIP': '192.0.2.10',
    'status.podIP': '10.244.1.2',
  }
  for (const [fieldPath, expected] of Object.entries(paths))
    expect(of({ env: [from('X', { fieldRef: { fieldPath } })] })).toEqual({ X: expected })
})

test.each([
  ['limits.cpu', undefined, '2'],
  ['limits.cpu', '1m', '1500'],
  ['requests.cpu', undefined, '1'],
  ['limits.memory', '1Mi', '64'],
  ['requests.memory', '1Mi', '0'],
])('resources: %s in units of %s is %s', (resource, divisor, expected) => {
  const resources = { limits: { cpu: '1500m', memory: '64Mi' }, requests: { cpu: '250m' } }
  const ref = { resource, divisor: divisor ?? '0' }
  expect(of({ resources, env: [from('X', { resourceFieldRef: ref })] })).toEqual({ X: expected })
})

test('without a limit it is what the node has', () => {
  expect(of({ env: [from('X', { resourceFieldRef: { resource: 'limits.cpu', divisor: '0' } })] })).toEqual({ X: '4' })
})

test.each([
  [{ configMapKeyRef: { name: 'nope', key: 'k' } }, 'configmap "nope" not found'],
  [{ configMapKeyRef: { name: 'conf', key: 'k' } }, "couldn't find key k in ConfigMap ns/conf"],
  [{ secretKeyRef: { name: 'nope', key: 'k' } }, 'secret "nope" not found'],
  [{ secretKeyRef: { name: 'hidden', key: 'k' } }, "couldn't find key k in Secret ns/hidden"],
])('what is missing is named', (valueFrom, message) => {
  const wrong = container({ env: [from('X', valueFrom)] })
  expect(() => environmentOf(POD, wrong, AROUND, '')).toThrow(ConfigError)
  expect(configError(POD, wrong, AROUND, '')).toBe(message)
})

test('what is optional and missing is left out', () => {
  const optional = true
  expect(
    of({
      envFrom: [{ configMapRef: { name: 'nope', optional } }],
      env: [
        from('X', { configMapKeyRef: { name: 'nope', key: 'k', optional } }),
        from('Y', { secretKeyRef: { name: 'hidden', key: 'k', optional } }),
      ],
    }),
  ).toEqual({})
})
