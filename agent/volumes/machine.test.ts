import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rfc3339 } from '../../api/meta/time.ts'
import type { ConfigMap, Pod, Volume } from '../../api/schema/types.generated.ts'
import { ConfigError } from '../pod/env.ts'
import type { Around } from '../pod/seen.ts'
import { fakeClock } from '../runtime/fake-clock.ts'
import { machineVolumes } from './machine.ts'
import { placesOf, removeVolumes } from './places.ts'
import { Tokens } from './tokens.ts'
import type { MadeVolumes, Volumes } from './volumes.ts'

let top: string
let mounted: string[][]
/** What the API answers; undefined: nobody does. */
let token: string | undefined
const clock = fakeClock()
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'podo-volumes-'))
  mounted = []
  token = 'T1'
})
afterEach(() => rmSync(top, { recursive: true }))

/** An agent over the same folders; a second one is the first after a restart. */
function agent(): Volumes {
  const places = placesOf(
    'n1',
    join(top, 'state'),
    async (command, args) => {
      mounted.push([command, ...args])
      return { code: 0, stdout: '', stderr: '' }
    },
    join(top, 'run'),
  )
  const tokens = new Tokens({
    clock,
    random: () => 0,
    async post() {
      if (token === undefined) throw new Error('connect ECONNREFUSED')
      const status = { token, expirationTimestamp: rfc3339(clock.now() + 3_600_000) }
      return { status: 201, text: JSON.stringify({ spec: { expirationSeconds: 3600 }, status }) }
    },
  })
  return machineVolumes({ places, tokens, clock, random: Math.random })
}

const META = { namespace: 'ns', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' }
const configMap = (name: string, data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, uid: name, ...META },
  data,
})
const around = (...configMaps: ConfigMap[]): Around => ({
  node: { name: 'n1', address: '192.0.2.10', cpus: 4, memoryBytes: 2 ** 33, diskBytes: 2 ** 40 },
  api: { host: 'api.example', onMachine: '127.0.0.1', port: 8443 },
  configMaps: new Map(configMaps.map((object) => [object.metadata.name, object])),
  secrets: new Map(),
  unsupported: [],
})
const ROOTS = configMap('kube-root-ca.crt', { 'ca.crt': 'PEM' })
const pod = (...volumes: Volume[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', uid: 'u1', ...META },
  spec: { containers: [{ name: 'c', resources: {} }], volumes },
  status: {},
})
const ACCESS: Volume = {
  name: 'kube-api-access',
  projected: {
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    ],
  },
}
const mount = (volume: string, subPath = '') => ({ volume, subPath, target: '/x', readOnly: true })
const make = (volumes: Volumes, it: Pod, about: Around, withoutToken = false): Promise<MadeVolumes> =>
  volumes.make({ pod: it, around: about, withoutToken })
const listing = async (volumes: Volumes, it: Pod, volume: string): Promise<Record<string, string>> => {
  const folder = await volumes.source(it, mount(volume))
  const names = readdirSync(folder).filter((name) => !name.startsWith('..'))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

test('[AG73] secrets lie in memory that is mounted once, an emptyDir on the disk for everybody', async () => {
  const volumes = agent()
  const it = pod(
    ACCESS,
    { name: 'work', emptyDir: {} },
    { name: 'fast', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } },
  )
  expect(await make(volumes, it, around(ROOTS))).toEqual({
    ready: true,
    renewAt: clock.now() + 2_880_000,
    failures: [],
  })
  expect(await listing(volumes, it, 'kube-api-access')).toEqual({ token: 'T1', 'ca.crt': 'PEM' })
  const work = await volumes.source(it, mount('work'))
  expect(work.startsWith(join(top, 'state'))).toBe(true)
  expect((statSync(work).mode & 0o7777).toString(8)).toBe('777')
  const options = mounted.map((words) => [words[4], words.at(-1)])
  expect(options.at(0)).toEqual(['mode=0700,nosuid,nodev,noswap', expect.stringMatching(/run\/n1-[0-9a-f]{8}$/)])
  expect(options.at(-1)).toEqual(['mode=0777,size=8388608,nosuid,nodev,noswap', expect.stringMatching(/u1\/fast$/)])
})

test('[AG77] volumes are found again by another start of the agent, and go with their Pod', async () => {
  const it = pod(ACCESS, { name: 'work', emptyDir: {} })
  await make(agent(), it, around(ROOTS))
  const volumes = agent()
  expect(await volumes.uids()).toEqual(['u1'])
  const work = await volumes.source(it, mount('work'))
  await volumes.remove('u1')
  expect(existsSync(work)).toBe(false)
  expect(await volumes.uids()).toEqual([])
})

test('[AG76] a volume that cannot be made is told, the others are made', async () => {
  const volumes = agent()
  const it = pod({ name: 'a', configMap: { name: 'nope' } }, ACCESS)
  const made = await make(volumes, it, around(ROOTS))
  expect(made.ready).toBe(false)
  expect(made.failures).toEqual([
    { volume: 'a', message: 'configmap "nope" not found', isSilence: false, isTold: true },
  ])
  expect(await listing(volumes, it, 'kube-api-access')).toEqual({ token: 'T1', 'ca.crt': 'PEM' })
  expect((await make(volumes, it, around(ROOTS, configMap('nope', {})))).ready).toBe(true)
})

test('[AG77] what is gone from the API stays in the volume, and is told', async () => {
  const volumes = agent()
  const it = pod({ name: 'a', configMap: { name: 'conf' } })
  await make(volumes, it, around(configMap('conf', { k: 'one' })))
  const made = await make(volumes, it, around())
  expect(made).toMatchObject({ ready: true, failures: [{ message: 'configmap "conf" not found', isTold: true }] })
  expect(await listing(volumes, it, 'a')).toEqual({ k: 'one' })
})

test('[AG77] without a control plane the token of a running Pod stays, and the rest is kept fresh', async () => {
  const it = pod(ACCESS)
  await make(agent(), it, around(ROOTS))
  token = undefined
  const volumes = agent()
  const made = await make(volumes, it, around(configMap('kube-root-ca.crt', { 'ca.crt': 'NEW' })))
  expect(made).toMatchObject({ ready: true, failures: [{ isSilence: true, isTold: false }] })
  expect(await listing(volumes, it, 'kube-api-access')).toEqual({ token: 'T1', 'ca.crt': 'NEW' })
  token = 'T2'
  expect((await make(volumes, it, around(ROOTS))).failures).toEqual([])
  expect(await listing(volumes, it, 'kube-api-access')).toEqual({ token: 'T2', 'ca.crt': 'PEM' })
})

test('[AG78] a Pod that had no token yet waits for one, unless it may do without', async () => {
  token = undefined
  const volumes = agent()
  const it = pod(ACCESS)
  const message = 'failed to fetch token: connect ECONNREFUSED'
  expect(await make(volumes, it, around(ROOTS))).toEqual({
    ready: false,
    renewAt: Infinity,
    failures: [{ volume: 'kube-api-access', message, isSilence: true, isTold: true }],
  })
  expect(await make(volumes, it, around(), true)).toMatchObject({ ready: false, failures: [{ isSilence: false }] })
  expect(await make(volumes, it, around(ROOTS), true)).toMatchObject({ ready: true, failures: [{ isTold: false }] })
  expect(await listing(volumes, it, 'kube-api-access')).toEqual({ 'ca.crt': 'PEM' })
})

test('a part of a volume is the file behind its links, an empty folder where it is not there, and never outside', async () => {
  const volumes = agent()
  const it = pod({ name: 'a', configMap: { name: 'conf' } })
  await make(volumes, it, around(configMap('conf', { k: 'one' })))
  expect(readFileSync(await volumes.source(it, mount('a', 'k')), 'utf8')).toBe('one')
  expect(readdirSync(await volumes.source(it, mount('a', 'not/there')))).toEqual([])
  await expect(volumes.source(it, mount('a', '../..'))).rejects.toThrow(ConfigError)
})

test('a clean takes away what agents of this machine mounted, and nothing where there is none', async () => {
  const commands: string[] = []
  await removeVolumes(
    async (command) => {
      commands.push(command)
      return { code: 0, stdout: '', stderr: '' }
    },
    join(top, 'run'),
  )
  expect(commands).toEqual([])
})
