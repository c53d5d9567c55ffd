import { expect, test } from 'vitest'
import { Outbox } from './outbox.ts'

const pod = (name: string) => ({ namespace: 'd', name, uid: `uid-${name}` })
const event = (message: string) => ({
  about: { kind: 'Pod' as const, ...pod('a') },
  kind: 'Normal' as const,
  reason: 'R',
  message,
})

test('[AG43] only the last status of a Pod is said, and one that says the same is not said again', () => {
  const box = new Outbox()
  expect(box.next()).toBeUndefined()
  box.status(pod('a'), { phase: 'Pending' })
  box.status(pod('a'), { phase: 'Running' })
  const report = box.next()
  expect(report?.statuses).toEqual([{ pod: pod('a'), status: { phase: 'Running' } }])
  box.received(report?.id ?? -1)
  box.status(pod('a'), { phase: 'Running' })
  expect(box.next()).toBeUndefined()
})

test('[AG43] while a report is on its way the next ones gather', () => {
  const box = new Outbox()
  box.status(pod('a'), { n: 1 })
  const first = box.next()
  box.status(pod('a'), { n: 2 })
  box.status(pod('b'), { n: 1 })
  expect(box.next()).toBeUndefined()
  box.received((first?.id ?? 0) + 1)
  expect(box.next()).toBeUndefined()
  box.received(first?.id ?? -1)
  expect(box.next()?.statuses.map(({ status }) => status)).toEqual([{ n: 2 }, { n: 1 }])
})

test('[AG44] what was not received is said again on the next link, with everything that is known', () => {
  const box = new Outbox()
  box.status(pod('a'), { n: 1 })
  box.received(box.next()?.id ?? -1)
  box.status(pod('b'), { n: 1 })
  box.gone(pod('c'), { n: 9 })
  box.event(event('one'))
  box.next()
  box.linked()
  const again = box.next()
  expect(again?.statuses.map(({ pod }) => pod.name)).toEqual(['a', 'b'])
  expect(again?.gone.map(({ pod }) => pod.name)).toEqual(['c'])
  expect(again?.events.map(({ message }) => message)).toEqual(['one'])
})

test('[AG44] a Pod that is gone is said until it is received, and its status no more', () => {
  const box = new Outbox()
  box.status(pod('a'), { n: 1 })
  box.gone(pod('a'), { n: 2 })
  box.status(pod('a'), { n: 3 })
  const report = box.next()
  expect(report?.statuses).toEqual([])
  expect(report?.gone).toEqual([{ pod: pod('a'), status: { n: 2 } }])
  box.received(report?.id ?? -1)
  expect(box.next()).toBeUndefined()
})

test('[AG43] Pods that are no longer wanted here are forgotten', () => {
  const box = new Outbox()
  box.status(pod('a'), { n: 1 })
  box.status(pod('b'), { n: 1 })
  box.keepOnly(new Set(['uid-b']))
  expect(box.next()?.statuses.map(({ pod }) => pod.name)).toEqual(['b'])
})

test('[AG43] without a link the newest events are kept', () => {
  const box = new Outbox()
  for (let n = 0; n < 600; n++) box.event(event(String(n)))
  const events = box.next()?.events
  expect(events?.length).toBe(500)
  expect(events?.at(-1)?.message).toBe('599')
})

test('[AG43] a phase and a readiness that differ from what was said are urgent, and nothing else of a status', () => {
  const box = new Outbox()
  const ready = (status: string) => ({ conditions: [{ type: 'Ready', status }] })
  const say = (status: object): boolean => {
    box.status(pod('a'), status)
    return box.isUrgent
  }
  expect(say({ phase: 'Pending', ...ready('False') })).toBe(false)
  expect(say({ phase: 'Running', ...ready('False') })).toBe(true)
  expect(say({ phase: 'Pending', n: 1 })).toBe(false)
  expect(say({ phase: 'Running', ...ready('True') })).toBe(true)
  box.received(box.next()?.id ?? -1)
  expect(box.isUrgent).toBe(false)
  expect(say({ phase: 'Running', n: 1, ...ready('True') })).toBe(false)
  expect(say({ phase: 'Running', ...ready('False') })).toBe(true)
  box.received(box.next()?.id ?? -1)
  box.linked()
  expect(box.isUrgent).toBe(true)
  box.keepOnly(new Set())
  expect(box.isUrgent).toBe(false)
})
