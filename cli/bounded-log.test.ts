import { closeSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLog, trim } from './bounded-log.ts'

let dir: string
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'podo-log-'))))
afterEach(() => rmSync(dir, { recursive: true }))

test('[CL50] the log of the control plane is two files at most, and its writer goes on in the same one', () => {
  const { path, fd } = openLog(dir)
  writeSync(fd, 'first\n')
  trim(path, 6)
  expect(readFileSync(path, 'utf8')).toBe('first\n')
  trim(path, 5)
  writeSync(fd, 'second\n')
  closeSync(fd)
  expect([readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['first\n', 'second\n'])
  trim(join(dir, 'none'), 0)
})
