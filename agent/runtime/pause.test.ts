import { expect, test } from 'vitest'
import { pauseArchive, pauseProgram } from './pause.ts'

test.each([
  ['amd64', 62, 202],
  ['arm64', 183, 248],
])('the pause program for %s is a small static ELF', (architecture, machine, size) => {
  const elf = pauseProgram(architecture)
  expect(elf.subarray(0, 4).toString('latin1')).toBe('\x7fELF')
  expect(elf.readUInt16LE(18)).toBe(machine)
  expect(elf.length).toBe(size)
})

test('the same bytes on every machine', () => {
  expect(pauseArchive('arm64').equals(pauseArchive('arm64'))).toBe(true)
})

test('another architecture is refused by name', () => {
  expect(() => pauseProgram('riscv64')).toThrow('podo has no pause program for riscv64')
})
