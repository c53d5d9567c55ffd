import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Resource } from '../api/meta/object.ts'
import { Cache, CacheDamaged, CacheError } from './cache.ts'
import type { Held } from './held.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'podo-cache-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const make = (kind: string, name: string, rest: object = {}): Resource => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'd', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '' },
  ...rest,
})
const held = (rest: Partial<Held['desired']> = {}): Held => ({
  desired: {
    revision: 3,
    pods: [make('Pod', 'a')],
    configMaps: [make('ConfigMap', 'm', { data: { k: 'v' } })],
    secrets: [make('Secret', 's', { data: { password: 'aHVudGVyMg==' } })],
    ...rest,
  },
  node: make('Node', 'n'),
  clusterCIDR: '10.244.0.0/14',
})
const file = () => readFileSync(join(folder, 'desired.json'), 'utf8')

test('[AG46] what was written is read again, by another start of the agent', () => {
  expect(new Cache(folder).read()).toBeUndefined()
  new Cache(folder).write(held())
  expect(new Cache(folder).read()).toEqual(held())
})

test('[AG46] no value of a Secret lies on the disk, and nobody else may read the files', () => {
  new Cache(folder).write(held())
  for (const text of ['hunter2', 'aHVudGVyMg==', 'password']) expect(file()).not.toContain(text)
  for (const name of ['desired.json', 'key']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
})

test('[AG47] it is written only when something changed, also after a restart', () => {
  const cache = new Cache(folder)
  expect(cache.write(held())).toBe(true)
  expect(cache.write(held({ revision: 9 }))).toBe(false)
  const reported = make('Pod', 'a', { status: { phase: 'Running' } })
  reported.metadata.resourceVersion = '8'
  expect(cache.write(held({ pods: [reported] }))).toBe(false)
  const next = new Cache(folder)
  next.read()
  expect(next.write(held())).toBe(false)
  expect(next.write(held({ pods: [make('Pod', 'a', { status: { phase: 'Failed' } })] }))).toBe(true)
  expect(next.write(held({ secrets: [] }))).toBe(true)
})

test('[AG48] a file of a newer agent, a damaged one and another key are refused in a sentence and left alone', () => {
  new Cache(folder).write(held())
  const good = file()
  const refuse = (text: string, says: RegExp) => {
    writeFileSync(join(folder, 'desired.json'), text)
    expect(() => new Cache(folder).read()).toThrow(CacheError)
    expect(() => new Cache(folder).read()).toThrow(says)
    expect(file()).toBe(text)
  }
  refuse(good.replace('"version":1', '"version":2'), /newer agent \(version 2, this one reads 1\)/)
  refuse(good.slice(0, 20), /damaged/)
  expect(() => new Cache(folder).read()).toThrow(CacheDamaged)
  writeFileSync(join(folder, 'key'), Buffer.alloc(32).toString('base64'))
  refuse(good, /another key/)
})
