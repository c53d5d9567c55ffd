import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { wasWritten, writeFiles, writtenFile } from './atomic-writer.ts'
import { VolumeError, type Payload } from './payload.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'podo-volume-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const payload = (files: Record<string, string>, mode = 0o644): Payload =>
  new Map(Object.entries(files).map(([path, text]) => [path, { data: Buffer.from(text), mode }]))
let second = 0
const write = (files: Payload, fsGroup?: number): Promise<boolean> =>
  writeFiles(folder, files, { fsGroup, now: Date.UTC(2026, 0, 2, 3, 4, (second += 1)), random: () => 0.5 })
const read = (path: string): string => readFileSync(join(folder, path), 'utf8')
const shown = (): string[] => readdirSync(folder).filter((name) => !name.startsWith('..2'))
const stamped = (): string[] => readdirSync(folder).filter((name) => name.startsWith('..2'))
const mode = (path: string): string => (statSync(join(folder, path)).mode & 0o7777).toString(8)

test('[AG74] files lie behind a link that is swapped as a whole, and the old ones go', async () => {
  expect(await wasWritten(folder)).toBe(false)
  expect(await write(payload({ a: 'one', 'deep/b': 'two', 'deep/er/c': 'three' }))).toBe(true)
  expect(shown()).toEqual(['..data', 'a', 'deep'])
  expect(readlinkSync(join(folder, 'a'))).toBe('..data/a')
  expect(readlinkSync(join(folder, '..data'))).toMatch(/^\.\.2026_01_02_03_04_\d\d\.\d+$/)
  expect([read('a'), read('deep/b'), read('deep/er/c')]).toEqual(['one', 'two', 'three'])
  const [old = ''] = stamped()
  expect(await write(payload({ a: 'ONE', d: 'new' }))).toBe(true)
  expect(shown()).toEqual(['..data', 'a', 'd'])
  expect(read('a')).toBe('ONE')
  expect(stamped()).toHaveLength(1)
  expect(stamped()).not.toContain(old)
  expect(await writtenFile(folder, 'd')).toBe('new')
  expect(await writtenFile(folder, 'deep/b')).toBeUndefined()
})

test('[AG74] what is the same is not written', async () => {
  await write(payload({ a: 'one' }))
  const before = stamped()
  expect(await write(payload({ a: 'one' }))).toBe(false)
  expect(stamped()).toEqual(before)
  expect(await write(payload({}))).toBe(true)
  expect(await wasWritten(folder)).toBe(true)
  expect(await write(payload({}))).toBe(false)
})

test('[AG73] modes are as asked, and a group of the Pod’s own may read', async () => {
  await write(payload({ a: 'one', 'deep/b': 'two' }, 0o600))
  expect([mode('a'), mode('deep'), mode('deep/b')]).toEqual(['600', '755', '600'])
  const group = process.getgid?.() ?? 0
  await write(payload({ a: 'changed', 'deep/b': 'two' }, 0o600), group)
  expect([mode('a'), mode('deep'), mode('deep/b')]).toEqual(['640', '2755', '640'])
  expect(statSync(join(folder, 'a')).gid).toBe(group)
})

test.each(['../up', '/etc/passwd', 'a/../../b', '..hidden', ''])('a path %j is refused', async (path) => {
  await expect(write(payload({ [path]: 'x' }))).rejects.toThrow(VolumeError)
  expect(readdirSync(folder)).toEqual([])
})

test('what an interrupted write left does not stay', async () => {
  await write(payload({ a: 'one' }))
  mkdirSync(join(folder, '..2020_01_01_00_00_00.1'))
  symlinkSync('..2020_01_01_00_00_00.1', join(folder, '..data_tmp'))
  await write(payload({ a: 'two' }))
  expect(shown()).toEqual(['..data', 'a'])
  expect(stamped()).toHaveLength(1)
  expect(read('a')).toBe('two')
})
