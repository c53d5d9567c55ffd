import { expect, test } from 'vitest'
import type { NodeStatus } from '../api/schema/types.generated.ts'
import type { NodeStatement } from '../api/wire.ts'
import type { Clock } from './clock.ts'
import { NodeWatch } from './node-watch.ts'
import { fakeClock } from './runtime/fake-clock.ts'
import { fakeRuntime } from './runtime/fake.ts'

test('[ND43] an idle runtime is asked for a sign of life, and for its account only now and then', async () => {
  const clock = fakeClock()
  const fake = fakeRuntime({ node: 'n1', clock, delay: () => 0, program: () => ({}) })
  const asked: string[] = []
  let isDown = false
  const answer = async <T>(call: string, value: Promise<T>): Promise<T> => {
    asked.push(call)
    if (isDown) throw new Error('nobody listens')
    return value
  }
  const runtime = { info: () => answer('info', fake.info()), ping: () => answer('ping', fake.ping()) }
  let looks = 0
  const counting: Clock = { now: clock.now, after: (wait, call) => ((looks += 1), clock.after(wait, call)) }
  const said: NodeStatement[] = []
  const watch = new NodeWatch({
    facts: { name: 'n1', agentVersion: '0.0.0', address: '192.0.2.1' },
    runtime,
    network: { trouble: () => undefined },
    clock: counting,
    changed: (statement) => void said.push(statement),
  })
  // A NodeStatus on the wire is any JSON.
  const ready = (): unknown =>
    (said.at(-1)?.status as Pick<NodeStatus, 'conditions'> | undefined)?.conditions?.find(
      ({ type }) => type === 'Ready',
    )?.message
  // Each look reads files of the machine, which takes real time.
  const look = async (): Promise<void> => {
    const before = looks
    await clock.advance(10_000)
    await expect.poll(() => looks).toBe(before + 1)
  }
  await watch.start()
  await look()
  await look()
  expect(asked).toEqual(['info', 'ping', 'ping'])
  isDown = true
  await look()
  expect(ready()).toBe('container runtime is down: nobody listens')
  isDown = false
  await look()
  expect(ready()).toBe('kubelet is posting ready status')
  // It may be another one than before.
  expect(asked).toEqual(['info', 'ping', 'ping', 'ping', 'info'])
  watch.stop()
})
