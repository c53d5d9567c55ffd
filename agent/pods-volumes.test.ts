import { expect, test } from 'vitest'
import type { Volume } from '../api/schema/types.generated.ts'
import { container, deleting, MADE, pod, podsBed, running } from '../test/support/pods-bed.ts'

const VOLUMES: Volume[] = [{ name: 'conf', configMap: { name: 'conf' } }]
const mounting = (more = {}) =>
  pod({
    volumes: VOLUMES,
    containers: [container({ volumeMounts: [{ name: 'conf', mountPath: '/etc/conf', subPath: 'a' }] })],
    ...more,
  })
const failing = (message: string, isSilence = false) => ({
  ready: false,
  renewAt: Infinity,
  failures: [{ volume: 'conf', message, isSilence, isTold: true }],
})

test('[AG76] a Pod whose volume cannot be made has no sandbox, says why, and starts when it can', async () => {
  const it = await podsBed()
  it.volumes.made = () => failing('configmap "conf" not found')
  it.apply(mounting())
  await it.clock.advance(400)
  expect(it.events).toEqual([
    'Warning FailedMount  MountVolume.SetUp failed for volume "conf" : configmap "conf" not found',
  ])
  expect(it.status().containerStatuses?.[0]?.state.waiting).toEqual({ reason: 'ContainerCreating' })
  expect(it.runtime.specs.size).toBe(0)
  await it.clock.advance(10_000)
  expect(it.volumes.orders).toHaveLength(5)
  it.volumes.made = () => MADE
  await it.clock.advance(8_000)
  expect(await running(it)).toHaveLength(1)
  const specs = [...it.runtime.specs.values()].filter((spec) => 'image' in spec)
  expect(specs[0]).toMatchObject({
    mounts: [
      { source: '/volumes/web/conf/a', target: '/etc/conf', readOnly: true },
      { target: '/dev/termination-log' },
    ],
  })
})

test('[AG76] a ConfigMap that comes is used at once, whatever the wait', async () => {
  const it = await podsBed()
  it.volumes.made = ({ around }) => (around.configMaps.has('conf') ? MADE : failing('configmap "conf" not found'))
  it.apply(mounting())
  await it.clock.advance(100_000)
  const metadata = { name: 'conf', namespace: 'default', uid: 'c', resourceVersion: '7', creationTimestamp: '' }
  it.desired = { ...it.desired, configMaps: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata }] }
  it.apply(mounting())
  await it.clock.settle()
  expect(await running(it)).toHaveLength(1)
})

test('[AG74] a change reaches the volumes of a Pod that runs, and its containers go on', async () => {
  const it = await podsBed()
  it.apply(mounting())
  await it.clock.advance(1000)
  const before = await running(it)
  it.apply({ ...mounting(), metadata: { ...mounting().metadata, labels: { colour: 'red' } } })
  await it.clock.settle()
  expect(it.volumes.orders.map(({ pod: { metadata } }) => metadata.labels)).toEqual([undefined, { colour: 'red' }])
  await it.clock.advance(3_600_000)
  expect(it.volumes.orders).toHaveLength(2)
  expect(await running(it)).toEqual(before)
})

test('[AG75] a token is replaced when it is due', async () => {
  const it = await podsBed()
  it.volumes.made = () => ({ ...MADE, renewAt: it.clock.now() + 2_880_000 })
  it.apply(mounting())
  await it.clock.advance(2_879_000)
  expect(it.volumes.orders).toHaveLength(1)
  await it.clock.advance(2_000)
  expect(it.volumes.orders).toHaveLength(2)
})

test('[AG77] volumes go with their Pod, and those of Pods that went while the agent was away are swept', async () => {
  const it = await podsBed()
  it.apply(mounting())
  await it.clock.advance(1000)
  it.volumes.uids.add('uid-web')
  it.volumes.uids.add('uid-of-nobody')
  await it.restartAgent()
  expect([...it.volumes.uids]).toEqual(['uid-web'])
  it.apply(deleting(mounting(), 1))
  await it.clock.advance(40_000)
  expect(it.gone).toEqual(['web'])
  expect([...it.volumes.uids]).toEqual([])
})

test('[AG77] an agent that restarts without a control plane starts again what dies', async () => {
  const it = await podsBed()
  it.apply(mounting())
  await it.clock.advance(1000)
  it.volumes.made = () => ({ ...failing('failed to fetch token: nobody', true), ready: true })
  await it.restartAgent()
  const [life] = await running(it)
  await it.runtime.stop(life?.id ?? '', 0)
  await it.clock.advance(30_000)
  expect(await running(it)).toHaveLength(1)
  expect(it.status().containerStatuses?.[0]?.restartCount).toBe(1)
})
