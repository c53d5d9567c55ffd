import { expect, test } from 'vitest'
import type { Container, Pod, PodSpec } from '../../api/schema/types.generated.ts'
import { credentialsFor } from './credentials.ts'
import { pullPolicyOf } from './image.ts'
import { limitsOf, qosOf } from './resources.ts'
import type { Around, Sandbox } from './seen.ts'
import { environmentOf } from './env.ts'
import { containerSpecOf, dnsOf, hostnameOf, sandboxSpecOf } from './spec.ts'

const AROUND: Around = {
  node: { name: 'n1', address: '192.0.2.10', cpus: 4, memoryBytes: 2 ** 33, diskBytes: 2 ** 40 },
  api: { host: 'api.example', onMachine: '127.0.0.1', port: 8443 },
  configMaps: new Map(),
  secrets: new Map(),
  unsupported: [],
}
const container = (more: Partial<Container> = {}): Container => ({ name: 'c', image: 'web:1', resources: {}, ...more })
const pod = (spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec: { containers: [container()], ...spec },
  status: {},
})
const SANDBOX: Sandbox = { id: 's', attempt: 0, running: true, address: '10.244.1.2', accepted: 0, exitCode: 0 }
const LABELS = { kind: 'app', attempt: 0, sandbox: 0, backoff: 0, message: '/m' } as const
const image = (user = '') => ({
  id: 'sha256:1',
  digest: '',
  size: 1,
  user,
  stopSignal: '',
  entrypoint: [],
  command: [],
})
const specOf = (it: Pod, user = '') =>
  containerSpecOf(it, it.spec.containers[0] ?? container(), {
    labels: LABELS,
    sandbox: SANDBOX,
    image: image(user),
    around: AROUND,
    variables: environmentOf(it, it.spec.containers[0] ?? container(), AROUND, SANDBOX.address),
    mounts: [],
  })
const MACHINE = { nameservers: ['192.0.2.53'], searches: ['lan'], options: [] }

const withResources = (limits: Record<string, string>, requests: Record<string, string>): Pod =>
  pod({ containers: [container({ resources: { limits, requests } })] })

test.each([
  [{}, {}, 'BestEffort', { cpuShares: 2, oomScoreAdj: 1000 }],
  [
    { cpu: '1', memory: '1Gi' },
    {},
    'Guaranteed',
    { cpuShares: 1024, cpuQuota: 100_000, memoryBytes: 2 ** 30, oomScoreAdj: -997 },
  ],
  [
    { cpu: '1', memory: '1Gi' },
    { cpu: '500m', memory: '1Gi' },
    'Burstable',
    { cpuShares: 512, cpuQuota: 100_000, memoryBytes: 2 ** 30, oomScoreAdj: 875 },
  ],
  [{}, { cpu: '1m' }, 'Burstable', { cpuShares: 2, oomScoreAdj: 999 }],
  [{ cpu: '1m' }, {}, 'Burstable', { cpuShares: 2, cpuQuota: 1000, oomScoreAdj: 999 }],
  [{}, { memory: '8Gi' }, 'Burstable', { cpuShares: 2, oomScoreAdj: 3 }],
])('[AG71] limits %o and requests %o are %s', (limits, requests, qos, expected) => {
  const it = withResources(limits, requests)
  expect(qosOf(it)).toBe(qos)
  expect(limitsOf(it, it.spec.containers[0] ?? container(), AROUND.node)).toEqual(expected)
})

test('the host name is the Pod’s, cut to 63 and not ending in a dash; with hostNetwork the node’s', () => {
  expect(hostnameOf(pod(), 'n1')).toBe('web')
  expect(hostnameOf(pod({ hostname: 'other' }), 'n1')).toBe('other')
  expect(hostnameOf(pod({ hostNetwork: true }), 'n1')).toBe('n1')
  const long = pod()
  long.metadata.name = `${'a'.repeat(62)}-b`
  expect(hostnameOf(long, 'n1')).toBe('a'.repeat(62))
})

test('resolvers: the machine’s, the Pod’s own first; with None only its own', () => {
  const dnsConfig = { nameservers: ['9.9.9.9'], searches: ['mine'], options: [{ name: 'ndots', value: '5' }] }
  expect(dnsOf(pod({ dnsConfig }), MACHINE)).toEqual({
    nameservers: ['9.9.9.9', '192.0.2.53'],
    searches: ['lan', 'mine'],
    options: ['ndots:5'],
  })
  expect(dnsOf(pod({ dnsPolicy: 'None', dnsConfig }), MACHINE).nameservers).toEqual(['9.9.9.9'])
})

test('a sandbox knows its own name and the Pod’s aliases', () => {
  const spec = sandboxSpecOf(pod({ hostAliases: [{ ip: '10.0.0.1', hostnames: ['db', 'cache'] }] }), AROUND, {
    attempt: 2,
    address: '10.244.1.2',
    accepted: 5,
    dns: MACHINE,
  })
  expect(spec).toMatchObject({
    name: 'podo_n1_POD_web_ns_u_2',
    extraHosts: ['web:10.244.1.2', 'db:10.0.0.1', 'cache:10.0.0.1'],
  })
  expect(spec.labels).toMatchObject({
    'podo.kind': 'sandbox',
    'podo.attempt': '2',
    'podo.address': '10.244.1.2',
    'podo.accepted': '5',
  })
})

test('command and args: a command alone forgets the image’s arguments', () => {
  const of = (more: Partial<Container>) => specOf(pod({ containers: [container(more)] }))
  expect(of({})).not.toHaveProperty('command')
  expect(of({ command: ['a', '$(X)'], env: [{ name: 'X', value: '1' }] })).toMatchObject({
    entrypoint: ['a', '1'],
    command: [],
  })
  expect(of({ args: ['b'] })).toMatchObject({ command: ['b'] })
  expect(of({ args: ['b'] })).not.toHaveProperty('entrypoint')
})

test('users and groups: the container’s word counts over the Pod’s', () => {
  const it = pod({ securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 7, supplementalGroups: [5] } })
  expect(specOf(it)).toMatchObject({ user: '1000:1000', groupAdd: ['5', '7'] })
  const own = container({
    securityContext: {
      runAsUser: 2000,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
    },
  })
  expect(specOf({ ...it, spec: { ...it.spec, containers: [own] } })).toMatchObject({
    user: '2000:1000',
    readOnlyRootFilesystem: true,
    securityOptions: ['no-new-privileges'],
    capAdd: ['NET_ADMIN'],
    capDrop: ['ALL'],
  })
})

test('[AG72] runAsNonRoot refuses what runs as root, or what cannot be told', () => {
  const it = pod({ securityContext: { runAsNonRoot: true } })
  const about = '(pod: "web_ns(u)", container: c)'
  expect(() => specOf(it)).toThrow(`container has runAsNonRoot and image will run as root ${about}`)
  expect(() => specOf(it, '0:0')).toThrow('image will run as root')
  expect(() => specOf(it, 'app')).toThrow(
    `container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root ${about}`,
  )
  expect(specOf(it, '1000')).toBeDefined()
  const zero = pod({ securityContext: { runAsNonRoot: true, runAsUser: 0 } })
  expect(() => specOf(zero, '1000')).toThrow(`container's runAsUser breaks non-root policy ${about}`)
})

test.each([
  [{ image: 'web' }, 'Always'],
  [{ image: 'web:latest' }, 'Always'],
  [{ image: 'web:1' }, 'IfNotPresent'],
  [{ image: `web@sha256:${'0'.repeat(64)}` }, 'IfNotPresent'],
  [{ image: 'web', imagePullPolicy: 'Never' }, 'Never'],
])('pull policy of %o is %s', (more, expected) => {
  expect(pullPolicyOf(container(more))).toBe(expected)
})

test('credentials of the registry that the image comes from, in both forms', () => {
  const secretOf = (key: string, value: object) => ({
    apiVersion: 'v1' as const,
    kind: 'Secret' as const,
    metadata: pod().metadata,
    data: { [key]: btoa(JSON.stringify(value)) },
  })
  const auths = {
    'https://index.docker.io/v1/': { auth: btoa('hub:pw:1') },
    'ghcr.io': { username: 'g', password: 'p' },
  }
  const secrets = new Map([
    ['reg', secretOf('.dockerconfigjson', { auths })],
    ['old', secretOf('.dockercfg', { 'r:5000': { username: 'o', password: 'p' } })],
  ])
  const it = pod({ imagePullSecrets: [{ name: 'gone' }, { name: 'reg' }, { name: 'old' }] })
  expect(credentialsFor(it, 'nginx', secrets)).toEqual({ username: 'hub', password: 'pw:1', server: 'docker.io' })
  expect(credentialsFor(it, 'ghcr.io/a/b:1', secrets)).toMatchObject({ username: 'g' })
  expect(credentialsFor(it, 'r:5000/x', secrets)).toMatchObject({ username: 'o' })
  expect(credentialsFor(it, 'quay.io/x', secrets)).toBeUndefined()
})
