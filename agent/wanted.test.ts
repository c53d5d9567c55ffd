import { expect, test } from 'vitest'
import type { Resource } from '../api/meta/object.ts'
import type { Held } from './held.ts'
import { Wanted } from './wanted.ts'

const held = (podCIDR?: string, revision = 1): Held => {
  const node: Resource & { spec: object } = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
    spec: podCIDR === undefined ? {} : { podCIDR },
  }
  return { desired: { revision, pods: [], configMaps: [], secrets: [] }, node, clusterCIDR: '10.244.0.0/14' }
}

function bench(options: { trouble?: string; full?: boolean } = {}) {
  const seen = { applied: [] as number[], used: [] as string[], written: [] as number[], told: 0, log: [] as string[] }
  let timers: { wait: number; call: () => void }[] = []
  const state = { trouble: options.trouble }
  const wanted = new Wanted({
    pods: { apply: ({ revision }) => void seen.applied.push(revision) },
    network: {
      async use(ranges) {
        seen.used.push(ranges?.podCIDR ?? '')
      },
      trouble: () => state.trouble,
    },
    cache: {
      write(held) {
        if (options.full === true) throw new Error('no space left on device')
        seen.written.push(held.desired.revision)
        return true
      },
    },
    clock: {
      now: () => 0,
      after(wait, call) {
        const timer = { wait, call }
        timers.push(timer)
        return () => void (timers = timers.filter((other) => other !== timer))
      },
    },
    log: (_, message) => void seen.log.push(message),
    networkChanged: () => void seen.told++,
  })
  const ring = (wait: number) => {
    const due = timers.filter((timer) => timer.wait === wait)
    timers = timers.filter((timer) => timer.wait !== wait)
    for (const timer of due) timer.call()
  }
  return { wanted, seen, ring, state }
}
const settled = () => new Promise<void>((resolve) => void setImmediate(resolve))

test('[AG47] changes of a moment are written once, the last of them', () => {
  const { wanted, seen, ring } = bench()
  wanted.take(held(undefined, 1))
  wanted.take(held(undefined, 2))
  expect(seen.applied).toEqual([1, 2])
  expect(seen.written).toEqual([])
  ring(200)
  expect(seen.written).toEqual([2])
  wanted.take(held(undefined, 3))
  wanted.stop()
  expect(seen.written).toEqual([2, 3])
})

test('[AG53] the network is brought up once its range is known, and the Pods are looked at again', async () => {
  const { wanted, seen } = bench()
  wanted.take(held())
  expect(seen.used).toEqual([])
  wanted.take(held('10.244.1.0/24', 2))
  wanted.take(held('10.244.1.0/24', 3))
  await settled()
  expect(seen.used).toEqual(['10.244.1.0/24'])
  expect(seen.applied).toEqual([1, 2, 3, 3])
  expect(seen.told).toBe(1)
})

test('[AG53] a network that cannot be brought up is told and tried again', async () => {
  const { wanted, seen, ring, state } = bench({ trouble: 'the range overlaps the house' })
  wanted.take(held('10.244.1.0/24'))
  await settled()
  expect(seen.log).toEqual(['the Pod network is not up: the range overlaps the house'])
  state.trouble = undefined
  ring(10_000)
  await settled()
  expect(seen.used).toHaveLength(2)
  expect(seen.told).toBe(2)
  ring(10_000)
  await settled()
  expect(seen.used).toHaveLength(2)
})

test('[AG47] a full disk is told and stops nothing', () => {
  const { wanted, seen, ring } = bench({ full: true })
  wanted.take(held())
  ring(200)
  expect(seen.log).toEqual(['the desired state cannot be kept on the disk: no space left on device'])
  expect(seen.applied).toEqual([1])
})
