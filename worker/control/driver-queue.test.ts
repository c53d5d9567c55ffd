import { expect, test } from 'vitest'
import { type DueRow, Queue } from './driver-queue.ts'
import { TimeHeap } from './time-heap.ts'

/** Numbers below `limit` that look random and are the same each time. */
function dice(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * limit)
  }
}

const key = (name: string) => ({ resource: 'things', namespace: '', name })

/** Waits and rows as plain maps that are searched from end to end. */
interface Model {
  /** name → when it is to be looked at; -1: now. */
  readonly wanted: Map<string, number>
  readonly rows: Map<string, number>
}

/** Any of the things that happen to a queue, to both. */
function step(queue: Queue, { wanted }: Model, now: number, roll: (limit: number) => number): void {
  const name = `n${roll(12)}`
  switch (roll(4)) {
    case 0:
      queue.wake('c', key(name))
      wanted.set(name, -1)
      return
    case 1:
      queue.forget('c', key(name))
      wanted.delete(name)
      return
    default: {
      const job = queue.take()
      if (job === undefined) return
      expect(wanted.get(job.key.name)).toBe(-1)
      const at = roll(3) === 0 ? undefined : now + roll(50)
      queue.done(job, at, 0)
      if (at === undefined) wanted.delete(job.key.name)
      else wanted.set(job.key.name, at)
    }
  }
}

function writeDown(queue: Queue, { rows }: Model, now: number): void {
  const difference = queue.difference(now)
  const nameOf = (text: string): string => text.split('/')[3] ?? ''
  for (const text of difference.settle) expect(rows.delete(nameOf(text))).toBe(true)
  for (const row of difference.postpone) rows.set(nameOf(row.key), row.at)
  queue.written(difference, now)
}

test('[CT2] whatever happens, the rows that a turn leaves say what waits', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const roll = dice(seed)
    const queue = new Queue(['c'])
    const model: Model = { wanted: new Map(), rows: new Map() }
    let now = 0
    for (let turn = 0; turn < 60; turn++) {
      now += roll(20)
      queue.ripen(now)
      for (const [name, at] of model.wanted) if (at <= now) model.wanted.set(name, -1)
      for (let steps = roll(8); steps > 0; steps--) step(queue, model, now, roll)
      writeDown(queue, model, now)
      expect([...model.rows.keys()].toSorted()).toEqual([...model.wanted.keys()].toSorted())
      for (const [name, at] of model.wanted) {
        const row = model.rows.get(name) ?? Infinity
        // Never too late; where it is early, it is not in the past unless the key is to be looked at now.
        if (at <= now) expect(row).toBeLessThanOrEqual(now)
        else expect(row > now && row <= at).toBe(true)
      }
      const earliest = Math.min(...model.rows.values())
      if (earliest > now) expect(queue.next ?? Infinity).toBe(earliest)
      else expect(queue.next).toBeLessThanOrEqual(now)
    }
  }
})

test('what could not be written is in the next difference', () => {
  const queue = new Queue(['c'])
  queue.wake('c', key('a'))
  const rows: DueRow[] = [{ key: 'c/things//a/0', at: 5 }]
  expect(queue.difference(5).postpone).toEqual(rows)
  expect(queue.difference(5).postpone).toEqual(rows)
})

test('a heap skips what its map no longer says, and gives the rest in the order of time', () => {
  const times = new Map<string, number>()
  const heap = new TimeHeap((text) => times.get(text))
  const put = (text: string, at: number): void => {
    times.set(text, at)
    heap.push(text, at)
  }
  for (const [i, at] of [7, 3, 9, 1, 5, 8].entries()) put(`t${i}`, at)
  put('t0', 2)
  times.delete('t3')
  expect(heap.next).toBe(2)
  const taken: (string | undefined)[] = []
  for (let text = heap.take(8); text !== undefined; text = heap.take(8)) taken.push(text)
  expect(taken).toEqual(['t0', 't1', 't4', 't5'])
  expect(heap.next).toBe(9)
})
