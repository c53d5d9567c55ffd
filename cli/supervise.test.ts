import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { supervise, type Running } from './supervise.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A program that can be made to end, and counts its starts. */
function program() {
  let end: (how: number | string) => void = () => {}
  const stop = vi.fn<() => Promise<void>>(async () => end('SIGTERM'))
  const start = vi.fn<() => Promise<Running>>(async () => ({ ended: new Promise((done) => (end = done)), stop }))
  return { start, stop, end: (how: number | string) => end(how) }
}

test('[CL24] what ends is started again, later each time, and from the shortest wait after a healthy minute', async () => {
  const it = program()
  const ended = vi.fn<(how: number | string) => void>()
  const supervised = await supervise(it.start, ended)
  for (const [wait, starts] of [
    [1_000, 2],
    [2_000, 3],
    [4_000, 4],
  ] as const) {
    it.end(1)
    await vi.advanceTimersByTimeAsync(wait - 1)
    expect(it.start).toHaveBeenCalledTimes(starts - 1)
    await vi.advanceTimersByTimeAsync(1)
    expect(it.start).toHaveBeenCalledTimes(starts)
  }
  await vi.advanceTimersByTimeAsync(60_001)
  it.end('SIGKILL')
  await vi.advanceTimersByTimeAsync(500)
  expect(it.start).toHaveBeenCalledTimes(5)
  expect(ended.mock.calls).toEqual([[1], [1], [1], ['SIGKILL']])
  await supervised.stop()
  expect(it.stop).toHaveBeenCalledOnce()
})

test('[CL24] a first start that fails is thrown on; a later one is tried again', async () => {
  await expect(supervise(() => Promise.reject(new Error('no')), vi.fn<() => void>())).rejects.toThrow('no')
  const it = program()
  const ended = vi.fn<(how: number | string) => void>()
  const supervised = await supervise(it.start, ended)
  it.start.mockRejectedValueOnce(new Error('port taken'))
  it.end(1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(ended).toHaveBeenLastCalledWith('Error: port taken')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(it.start).toHaveBeenCalledTimes(3)
  await supervised.stop()
})

test('[CL24] stopped while it waits, it does not start again', async () => {
  const it = program()
  const supervised = await supervise(it.start, vi.fn<() => void>())
  it.end(1)
  await vi.advanceTimersByTimeAsync(100)
  await supervised.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(it.start).toHaveBeenCalledTimes(1)
})
