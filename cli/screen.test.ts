import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { columns, liveBlock, steps } from './screen.ts'

/** A terminal or a file that remembers what was written. */
function written(isTTY: boolean): { out: NodeJS.WriteStream; text: () => string } {
  let text = ''
  const write = (chunk: Buffer, _: string, next: () => void) => {
    text += String(chunk)
    next()
  }
  const out = Object.assign(new Writable({ write }), { isTTY }) as unknown as NodeJS.WriteStream // only write and isTTY are used
  return { out, text: () => text }
}

test('[CL21] columns are as wide as their longest cell, and the last is not padded', () => {
  expect(
    columns([
      ['NAME', 'AGE'],
      ['a-long-name', '5m'],
    ]),
  ).toEqual(['NAME          AGE', 'a-long-name   5m'])
  expect(columns([])).toEqual([])
})

test('[CL23] off a terminal a block is printed only when it changed, on one it takes the place of the last', () => {
  const file = written(false)
  const toFile = liveBlock(file.out)
  for (const lines of [['a'], ['a'], ['b']]) toFile(lines)
  expect(file.text()).toBe('a\nb\n')
  const terminal = written(true)
  const toTerminal = liveBlock(terminal.out)
  for (const lines of [['a', 'x'], ['b']]) toTerminal(lines)
  expect(terminal.text()).toBe('a\nx\n\u001b[2A\u001b[Jb\n')
})

test('[CL23] a step is one line with its end; one that fails is marked and its error goes on', async () => {
  const file = written(false)
  const { step } = steps(file.out)
  expect(await step('good', async () => 7)).toBe(7)
  await expect(step('bad', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(file.text()).toMatch(/^\S*✓\S* good .*\(0\.\d s\)\S*\n\S*✗\S* bad\n$/)
})
