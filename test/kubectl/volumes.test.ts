import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryOf } from '../../agent/volumes/places.ts'
import { nodeReady, startCluster, type TestAgent, type TestCluster } from '../support/cluster.ts'
import { loadBusybox, startDocker, until, type TestDocker } from '../support/docker.ts'

/** What containers see of ConfigMaps, Secrets and of their own Pod, as files, on real Docker. */
let docker: TestDocker
let cluster: TestCluster
let agent: TestAgent

beforeAll(async () => {
  docker = await startDocker()
  await loadBusybox(docker.socket)
  cluster = await startCluster()
  agent = await cluster.addAgent({ name: 'one', socket: docker.socket })
  await nodeReady(cluster, 'one')
  await cluster.ok(['create', 'configmap', 'conf', '--from-literal=colour=green', '--from-literal=size=9'])
  await cluster.ok(['create', 'secret', 'generic', 'hidden', '--from-literal=password=hunter2'])
  await create('files', SPEC, { labels: { app: 'shop' } })
  await ready('files')
})
afterAll(async () => {
  await cluster?.stop()
  await docker?.stop()
})

const mount = (name: string, more: object = {}) => ({ name, mountPath: `/mnt/${name}`, ...more })
const SPEC = {
  terminationGracePeriodSeconds: 1,
  securityContext: { fsGroup: 2000 },
  volumes: [
    { name: 'conf', configMap: { name: 'conf' } },
    { name: 'hidden', secret: { secretName: 'hidden', defaultMode: 0o400 } },
    { name: 'about', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    {
      name: 'all',
      projected: {
        sources: [
          { configMap: { name: 'conf', items: [{ key: 'colour', path: 'deep/colour' }] } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          { secret: { name: 'hidden' } },
        ],
      },
    },
    { name: 'desk', emptyDir: {} },
    { name: 'fast', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  ],
  containers: [
    {
      name: 'a',
      image: 'podo/busybox:1',
      command: ['sleep', '100000'],
      volumeMounts: [
        ...['conf', 'hidden', 'about', 'all', 'desk', 'fast'].map((name) => mount(name)),
        { name: 'conf', mountPath: '/etc/one', subPath: 'size' },
      ],
    },
    {
      name: 'b',
      image: 'podo/busybox:1',
      command: ['sleep', '100000'],
      securityContext: { runAsUser: 1000 },
      volumeMounts: [mount('hidden'), mount('desk')],
    },
  ],
}

const create = (name: string, spec: object, metadata: object = {}): Promise<unknown> =>
  cluster.api.expect('POST', '/api/v1/namespaces/default/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec,
  })
const ready = (name: string): Promise<unknown> =>
  cluster.ok(['wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s'])
const inside = (container: string, script: string, pod = 'files'): Promise<string> =>
  cluster.ok(['exec', pod, '-c', container, '--', 'sh', '-c', script], {
    env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'true' },
  })
const ownMounts = (): string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(memoryOf('one', agent.stateDir)))

test('[AG73] containers see what their volumes say', async () => {
  expect(await inside('a', 'cat /mnt/conf/colour /mnt/hidden/password /mnt/all/deep/colour /mnt/all/password')).toBe(
    'greenhunter2greenhunter2',
  )
  expect(await inside('a', 'cat /mnt/about/labels')).toBe('app="shop"')
  expect(await inside('a', 'cat /etc/one')).toBe('9')
  expect(await inside('a', 'cat /mnt/all/ca.crt')).toContain('BEGIN CERTIFICATE')
  expect((await inside('a', 'stat -L -c %a:%g /mnt/hidden/password /mnt/desk')).trim()).toBe('440:2000\n2777:2000')
})

test('[AG73] they may not write what the agent writes, and share what is theirs', async () => {
  expect(await inside('a', 'echo x 2>/dev/null > /mnt/conf/colour || echo no')).toBe('no\n')
  await inside('a', 'echo shared > /mnt/desk/note; echo quick > /mnt/fast/note')
  expect(await inside('b', 'cat /mnt/desk/note /mnt/hidden/password')).toBe('shared\nhunter2')
  expect(await inside('a', 'dd if=/dev/zero of=/mnt/fast/big bs=1024 count=2048 2>/dev/null || echo full')).toBe(
    'full\n',
  )
})

test('[AG74] what changes in the API changes in the container, where it is not a single file', async () => {
  await cluster.ok(['patch', 'configmap', 'conf', '-p', '{"data":{"colour":"blue","size":"10"}}'])
  await cluster.ok(['patch', 'secret', 'hidden', '-p', '{"stringData":{"password":"sesam"}}'])
  await cluster.ok(['label', 'pod', 'files', 'tier=front'])
  const read = 'cat /mnt/conf/colour /mnt/all/deep/colour /mnt/hidden/password /mnt/about/labels'
  const expected = 'bluebluesesamapp="shop"\ntier="front"'
  await until(async () => (await inside('a', read)) === expected, 20_000, 'the files say what the API says')
  expect(await inside('a', 'cat /etc/one')).toBe('9')
})

test('[AG76] a Pod waits for a ConfigMap that its volume needs, and says so', async () => {
  const volumes = [{ name: 'later', configMap: { name: 'later' } }]
  const containers = [{ name: 'c', image: 'podo/busybox:1', volumeMounts: [mount('later')] }]
  await create('waits', { terminationGracePeriodSeconds: 1, volumes, containers })
  const told = async (): Promise<boolean> =>
    (await cluster.ok(['describe', 'pod', 'waits'])).includes(
      'MountVolume.SetUp failed for volume "later" : configmap "later" not found',
    )
  await until(told, 20_000, 'an event says what is missing')
  expect(await cluster.ok(['get', 'pod', 'waits'])).toMatch(/waits +0\/1 +ContainerCreating/)
  await cluster.ok(['create', 'configmap', 'later', '--from-literal=k=v'])
  await ready('waits')
  expect(await inside('c', 'cat /mnt/later/k', 'waits')).toBe('v')
})

test('[AG77] an agent that is killed finds its volumes again, and nothing is left of a Pod that goes meanwhile', async () => {
  await agent.kill()
  await cluster.ok(['delete', 'pod', 'waits', '--force', '--grace-period=0'])
  await cluster.ok(['patch', 'configmap', 'conf', '-p', '{"data":{"colour":"red"}}'])
  await agent.start()
  const colour = (): Promise<string> => inside('a', 'cat /mnt/conf/colour').catch(() => 'no agent yet')
  await until(async () => (await colour()) === 'red', 20_000, 'the volume goes on')
  expect(await inside('b', 'cat /mnt/desk/note')).toBe('shared\n')
  const folder = memoryOf('one', agent.stateDir)
  const uids = (): string[] => execFileSync('ls', [folder], { encoding: 'utf8' }).trim().split('\n').filter(Boolean)
  await until(() => uids().length === 1, 20_000, 'the volumes of the Pod that went are gone')
  await cluster.ok(['delete', 'pod', 'files'])
  await until(() => uids().length === 0 && ownMounts().length === 1, 20_000, 'no volume is left')
})
