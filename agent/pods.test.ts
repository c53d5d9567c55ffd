import { expect, test } from 'vitest'
import type { Pod } from '../api/schema/types.generated.ts'
import { condition, container, deleting, pod, podsBed as bed, running } from '../test/support/pods-bed.ts'
import { fakeImage, runtimeError } from './runtime/fake.ts'

test('[AG10] a Pod comes up: sandbox with an address, then its container, told in kubelet’s words', async () => {
  const it = await bed()
  it.apply(pod())
  await it.clock.settle()
  expect(it.status()).toMatchObject({
    phase: 'Running',
    podIP: '10.244.1.2',
    podIPs: [{ ip: '10.244.1.2' }],
    hostIP: '192.0.2.10',
    qosClass: 'BestEffort',
    observedGeneration: 1,
    containerStatuses: [
      {
        name: 'web',
        ready: true,
        started: true,
        restartCount: 0,
        image: 'web:1',
        imageID: 'sha256:web:1',
        state: { running: {} },
      },
    ],
  })
  expect(it.status().conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
    'PodReadyToStartContainers=True',
    'Initialized=True',
    'Ready=True',
    'ContainersReady=True',
    'PodScheduled=True',
  ])
  expect(it.events).toEqual([
    'Normal Pulled spec.containers{web} Container image "web:1" already present on machine and can be accessed by the pod',
    'Normal Created spec.containers{web} Container created',
    'Normal Started spec.containers{web} Container started',
  ])
  expect(it.attached).toEqual(['10.244.1.2'])
})

test('[AG11] an idle Pod costs nothing: no report, and a list a minute', async () => {
  const it = await bed()
  it.apply(pod())
  await it.clock.advance(5000)
  const { reported } = it
  it.runtime.calls.length = 0
  await it.clock.advance(10 * 60_000)
  expect(it.reported).toBe(reported)
  expect(it.runtime.calls.filter((call) => call !== 'list')).toEqual([])
  expect(it.runtime.calls.length).toBeLessThanOrEqual(11)
})

test('[AG12] a container that dies is back at once, then after 10 s, 20 s, and so on', async () => {
  const it = await bed()
  it.apply(pod())
  await it.clock.settle()
  const waits: number[] = []
  for (const expected of [0, 10, 20, 40, 80, 160, 300, 300]) {
    const [row] = await running(it)
    it.runtime.die(row?.id ?? '', 1)
    await it.clock.settle()
    const died = it.clock.now()
    if (expected > 0) {
      expect(it.status().containerStatuses?.[0]?.state.waiting?.reason).toBe('CrashLoopBackOff')
      expect(it.status().phase).toBe('Running')
      await it.clock.advance(expected * 1000 - 1)
      expect(await running(it)).toEqual([])
      await it.clock.advance(1)
    }
    expect((await running(it)).length).toBe(1)
    waits.push((it.clock.now() - died) / 1000)
  }
  expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300])
  expect(it.status().containerStatuses?.[0]).toMatchObject({
    restartCount: 8,
    lastState: { terminated: { exitCode: 1, reason: 'Error' } },
  })
  expect(it.events.filter((event) => event.includes('BackOff'))[0]).toBe(
    'Warning BackOff spec.containers{web} Back-off restarting failed container web in pod web_default(uid-web)',
  )
  // One dead instance is kept for `logs --previous`, no more.
  expect((await it.runtime.list()).filter((row) => row.state === 'exited').length).toBe(1)
})

test('a container that ran ten minutes starts without a wait', async () => {
  const it = await bed()
  it.apply(pod())
  for (const wait of [0, 0, 10_000]) {
    await it.clock.advance(wait)
    const [row] = await running(it)
    if (row !== undefined) it.runtime.die(row.id, 1)
    await it.clock.settle()
  }
  await it.clock.advance(20_000)
  await it.clock.advance(601_000)
  const [row] = await running(it)
  it.runtime.die(row?.id ?? '', 1)
  await it.clock.settle()
  expect((await running(it)).length).toBe(1)
})

test('[AG13] the agent’s restart touches no container and changes no status', async () => {
  const it = await bed()
  const readinessProbe = { exec: { command: ['ready'] }, periodSeconds: 10, failureThreshold: 3 }
  it.apply(pod(), pod({ name: 'probed', containers: [container({ readinessProbe })] }))
  await it.clock.settle()
  await it.clock.advance(1000)
  expect(condition(it, 'Ready', 'probed')?.status).toBe('True')
  const before = [it.status(), it.status('probed')]
  const { reported } = it
  it.runtime.calls.length = 0
  it.readiness.length = 0
  await it.restartAgent()
  await it.clock.advance(1000)
  expect([it.status(), it.status('probed')]).toEqual(before)
  expect(it.readiness).toEqual(['True', 'True'])
  expect(it.reported - reported).toBe(2)
  expect(it.runtime.calls.filter((call) => /^(create|start|stop|remove)/.test(call))).toEqual([])
})

test('the back-off survives the agent’s restart', async () => {
  const it = await bed()
  it.programs.set('serve', { exit: { code: 1, after: 10 } })
  it.apply(pod())
  await it.clock.advance(1000)
  expect(it.status().containerStatuses?.[0]?.state.waiting?.message).toBe(
    'back-off 10s restarting failed container=web pod=web_default(uid-web)',
  )
  await it.restartAgent()
  await it.clock.advance(5000)
  expect(it.status().containerStatuses?.[0]?.restartCount).toBe(1)
  await it.clock.advance(5000)
  expect(it.status().containerStatuses?.[0]?.restartCount).toBe(2)
})

test('[AG14] deletion: grace, then SIGKILL, then the sandbox, then gone with its last status', async () => {
  const it = await bed()
  it.programs.set('serve', { stubborn: true })
  it.apply(pod())
  await it.clock.settle()
  it.apply(deleting(pod(), 5))
  await it.clock.advance(4900)
  expect((await running(it)).length).toBe(1)
  expect(it.gone).toEqual([])
  await it.clock.advance(200)
  expect(await it.runtime.list()).toEqual([])
  expect(it.gone).toEqual(['web'])
  expect(it.status()).toMatchObject({
    phase: 'Failed',
    containerStatuses: [{ ready: false, state: { terminated: { exitCode: 137, reason: 'Error' } } }],
  })
  expect(it.events.at(-1)).toBe('Normal Killing spec.containers{web} Stopping container web')
})

test('[AG79] a Pod on its way out says that it saw its deletion with what else it has to say, or after five seconds', async () => {
  const it = await bed()
  it.programs.set('serve', { stubborn: true })
  it.apply(pod())
  await it.clock.settle()
  const before = it.reported
  it.apply({ ...deleting(pod(), 30), metadata: { ...deleting(pod(), 30).metadata, generation: 2 } })
  await it.clock.advance(4900)
  expect(it.reported).toBe(before)
  await it.clock.advance(200)
  expect(it.reported).toBe(before + 1)
  expect(it.status().observedGeneration).toBe(2)
})

test('a Pod that is gone is told once, with what it ended as, however long its object stays', async () => {
  const it = await bed()
  it.programs.set('serve', { exit: { code: 0, after: 10 } })
  it.apply(pod({ restartPolicy: 'Never' }))
  await it.clock.advance(1000)
  const deleted = deleting(pod({ restartPolicy: 'Never' }))
  it.apply(deleted)
  await it.clock.advance(1000)
  const last = it.status()
  expect(last.phase).toBe('Succeeded')
  it.apply(deleted)
  await it.clock.advance(1000)
  expect(it.gone).toEqual(['web'])
  expect(it.status()).toBe(last)
})

test('a shorter grace shortens a termination that is under way', async () => {
  const it = await bed()
  it.programs.set('serve', { stubborn: true })
  it.apply(pod())
  await it.clock.settle()
  it.apply(deleting(pod(), 3600))
  await it.clock.advance(1000)
  it.apply(deleting(pod(), 2))
  await it.clock.advance(2500)
  expect(it.gone).toEqual(['web'])
})

test('[AG15] containers of a Pod that nobody knows are ended and removed; nobody is told', async () => {
  const it = await bed()
  it.apply(pod())
  await it.clock.settle()
  const { reported } = it
  it.desired = { ...it.desired, pods: [] }
  await it.restartAgent()
  await it.clock.settle()
  expect(await it.runtime.list()).toEqual([])
  expect(it.reported).toBe(reported)
  expect(it.gone).toEqual([])
})

test('[AG16] a dead sandbox: everything is made again, inits too, and the address is freed', async () => {
  const it = await bed()
  it.programs.set('init', { exit: { code: 0, after: 10 } })
  const spec = { initContainers: [container({ name: 'prepare', command: ['init'] })] }
  it.apply(pod(spec))
  await it.clock.settle()
  expect(it.status()).toMatchObject({
    phase: 'Pending',
    containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
  })
  expect(condition(it, 'Initialized')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: 'containers with incomplete status: [prepare]',
  })
  await it.clock.advance(100)
  expect(it.status().phase).toBe('Running')
  const [sandbox] = await running(it, 'sandbox')
  it.runtime.die(sandbox?.id ?? '', 0)
  await it.clock.advance(100)
  expect(it.events).toContain('Normal SandboxChanged  Pod sandbox changed, it will be killed and re-created.')
  expect(it.status()).toMatchObject({
    phase: 'Running',
    podIP: '10.244.1.2',
    initContainerStatuses: [
      { restartCount: 1, ready: true, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
    ],
    containerStatuses: [{ restartCount: 1, ready: true }],
  })
})

test('[AG17] after a reboot (all exited 255) everything is back at once', async () => {
  const it = await bed()
  it.programs.set('serve', { exit: { code: 1, after: 10 } })
  it.apply(pod())
  await it.clock.advance(60_000)
  const restarts = it.status().containerStatuses?.[0]?.restartCount ?? 0
  it.programs.set('serve', {})
  await it.clock.advance(300_000)
  const rows = await it.runtime.list()
  for (const row of rows.filter(({ state }) => state === 'running')) it.runtime.die(row.id, 255)
  await it.restartAgent()
  await it.clock.settle()
  expect(it.status()).toMatchObject({
    phase: 'Running',
    containerStatuses: [{ ready: true, restartCount: restarts + 2 }],
  })
})

test('restartPolicy Never: one failure fails the Pod, its sandbox goes, its container stays for its log', async () => {
  const it = await bed()
  it.programs.set('serve', { exit: { code: 3, after: 10 } })
  it.apply(pod({ restartPolicy: 'Never' }))
  await it.clock.advance(1000)
  expect(it.status()).toMatchObject({
    phase: 'Failed',
    containerStatuses: [{ restartCount: 0, state: { terminated: { exitCode: 3 } } }],
  })
  expect(condition(it, 'Ready')).toMatchObject({ status: 'False', reason: 'PodFailed' })
  expect((await it.runtime.list()).map((row) => row.labels['podo.kind'])).toEqual(['app'])
  await it.restartAgent()
  await it.clock.advance(60_000)
  expect((await it.runtime.list()).length).toBe(1)
})

test('restartPolicy OnFailure: success completes the Pod', async () => {
  const it = await bed()
  it.programs.set('serve', { exit: { code: 1, after: 10 } })
  it.apply(pod({ restartPolicy: 'OnFailure' }))
  await it.clock.advance(1000)
  expect(it.status().phase).toBe('Running')
  it.programs.set('serve', { exit: { code: 0, after: 10 } })
  await it.clock.advance(60_000)
  expect(it.status()).toMatchObject({
    phase: 'Succeeded',
    containerStatuses: [{ state: { terminated: { reason: 'Completed' } } }],
  })
  expect(condition(it, 'Initialized')).toMatchObject({ status: 'True', reason: 'PodCompleted' })
})

test('an init container that fails under Never fails the Pod; the containers never start', async () => {
  const it = await bed()
  it.programs.set('init', { exit: { code: 2, after: 10 } })
  it.apply(pod({ restartPolicy: 'Never', initContainers: [container({ name: 'prepare', command: ['init'] })] }))
  await it.clock.advance(1000)
  expect(it.status()).toMatchObject({
    phase: 'Failed',
    containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
  })
})

test('[AG18] an image that is not there: ErrImagePull, then ImagePullBackOff, then it comes', async () => {
  const it = await bed([])
  it.apply(pod())
  await it.clock.settle()
  const cause = 'manifest for web:1 not found: manifest unknown: manifest unknown'
  expect(it.status()).toMatchObject({
    phase: 'Pending',
    containerStatuses: [{ state: { waiting: { reason: 'ErrImagePull', message: cause } } }],
  })
  await it.clock.advance(3000)
  expect(it.status().containerStatuses?.[0]?.state.waiting).toEqual({
    reason: 'ImagePullBackOff',
    message: `Back-off pulling image "web:1": ErrImagePull: ${cause}`,
  })
  expect(it.events).toEqual([
    'Normal Pulling spec.containers{web} Pulling image "web:1"',
    `Warning Failed spec.containers{web} Failed to pull image "web:1": ${cause}`,
    'Warning Failed spec.containers{web} Error: ErrImagePull',
    'Normal BackOff spec.containers{web} Back-off pulling image "web:1"',
    'Warning Failed spec.containers{web} Error: ImagePullBackOff',
  ])
  it.runtime.registry.set('web:1', fakeImage('web:1'))
  await it.clock.advance(7000)
  expect(it.status().phase).toBe('Running')
  expect(it.events).toContain(
    'Normal Pulled spec.containers{web} Successfully pulled image "web:1" in 0ms (0ms including waiting). Image size: 1000 bytes.',
  )
})

test('a name that is no image', async () => {
  const it = await bed()
  it.apply(pod({ containers: [container({ image: 'UPPER' })] }))
  await it.clock.settle()
  expect(it.status().containerStatuses?.[0]?.state.waiting).toEqual({
    reason: 'InvalidImageName',
    message:
      'Failed to apply default image tag "UPPER": couldn\'t parse image name "UPPER": invalid reference format: repository name must be lowercase',
  })
})

test('pull policy Never and no image', async () => {
  const it = await bed([])
  it.apply(pod({ containers: [container({ imagePullPolicy: 'Never' })] }))
  await it.clock.settle()
  expect(it.status().containerStatuses?.[0]?.state.waiting?.reason).toBe('ErrImageNeverPull')
  expect(it.runtime.calls.some((call) => call.startsWith('pull'))).toBe(false)
})

test('a command that does not exist: it counts, backs off, and says why', async () => {
  const it = await bed()
  it.programs.set('/nope', { startError: { message: 'exec: "/nope": no such file or directory', code: 127 } })
  it.apply(pod({ containers: [container({ command: ['/nope'] })] }))
  await it.clock.advance(1000)
  expect(it.status().containerStatuses?.[0]).toMatchObject({
    restartCount: 1,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: {
      terminated: { exitCode: 127, reason: 'ContainerCannotRun', message: 'exec: "/nope": no such file or directory' },
    },
  })
  expect(it.events).toContain('Warning Failed spec.containers{web} Error: exec: "/nope": no such file or directory')
})

test('a container that cannot be created', async () => {
  const it = await bed()
  it.apply(pod({ name: 'first' }))
  await it.clock.settle()
  it.runtime.createErrors.push(runtimeError('refused', 'sandbox says no'))
  it.apply(pod({ name: 'first' }), pod())
  await it.clock.settle()
  expect(it.events.at(-1)).toBe('Warning FailedCreatePodSandBox  Failed to create pod sandbox: sandbox says no')
  await it.clock.advance(9000)
  expect(it.status().phase).toBe('Pending')
  await it.clock.advance(1000)
  expect(it.status().phase).toBe('Running')
})

test('[AG19] a missing ConfigMap holds the container back, and starts it when it comes', async () => {
  const it = await bed()
  const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'conf', key: 'a' } } }]
  it.apply(pod({ containers: [container({ env })] }))
  await it.clock.settle()
  expect(it.status().containerStatuses?.[0]?.state.waiting).toEqual({
    reason: 'CreateContainerConfigError',
    message: 'configmap "conf" not found',
  })
  expect(it.events).toEqual(['Warning Failed spec.containers{web} Error: configmap "conf" not found'])
  const metadata = { name: 'conf', namespace: 'default', uid: 'c', resourceVersion: '1', creationTimestamp: '' }
  it.desired = {
    ...it.desired,
    configMaps: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'x' } } as never],
  }
  it.apply(...(it.desired.pods as Pod[]))
  await it.clock.settle()
  expect(it.status().phase).toBe('Running')
  const specs = [...it.runtime.specs.values()].filter((spec) => 'image' in spec)
  expect(specs[0]).toMatchObject({ env: expect.arrayContaining(['A=x']) })
})

test('[AG20] a Pod that asks for what the agent cannot do waits, says so, and is never run without it', async () => {
  const it = await bed()
  it.apply({ ...pod(), volumes: [] } as unknown as Pod)
  await it.clock.advance(60_000)
  expect(await it.runtime.list()).toEqual([])
  expect(it.status()).toMatchObject({
    phase: 'Pending',
    containerStatuses: [{ state: { waiting: { reason: 'UnsupportedByPodo' } } }],
  })
  expect(it.events).toEqual([
    'Warning UnsupportedByPodo  podo cannot honour spec.volumes[0] yet: the Pod waits and is not run without it',
  ])
})

test('[AG21] Docker away: nothing is decided; back again: what died is brought up', async () => {
  const it = await bed()
  it.apply(pod())
  await it.clock.settle()
  it.runtime.setDown(true)
  const { reported } = it
  await it.clock.advance(60_000)
  expect(it.reported).toBe(reported)
  it.runtime.setDown(false)
  for (const row of (await it.runtime.list()).filter(({ state }) => state === 'running')) it.runtime.die(row.id, 137)
  await it.clock.advance(10_000)
  expect(it.status()).toMatchObject({ phase: 'Running', containerStatuses: [{ ready: true, restartCount: 1 }] })
})

test('a new image of a container restarts only that container', async () => {
  const it = await bed(['web:1', 'web:2', 'side:1'])
  const two = (image: string): Pod =>
    pod({ containers: [container({ image }), container({ name: 'side', image: 'side:1' })] })
  it.apply(two('web:1'))
  await it.clock.settle()
  it.apply(two('web:2'))
  await it.clock.settle()
  expect(it.status().containerStatuses).toMatchObject([{ restartCount: 1, image: 'web:2' }, { restartCount: 0 }])
  expect(it.events).toContain('Normal Killing spec.containers{web} Container web definition changed, will be restarted')
})

test('containers start in list order', async () => {
  const it = await bed()
  it.apply(pod({ containers: ['a', 'b', 'c'].map((name) => container({ name })) }))
  await it.clock.settle()
  const names = it.runtime.calls.filter((call) => call.startsWith('start podo_n1_')).map((call) => call.split('_')[2])
  expect(names).toEqual(['POD', 'a', 'b', 'c'])
})

test('activeDeadlineSeconds ends the Pod', async () => {
  const it = await bed()
  it.apply(pod({ activeDeadlineSeconds: 60 }))
  await it.clock.advance(59_000)
  expect(it.status().phase).toBe('Running')
  await it.clock.advance(2000)
  expect(it.status()).toMatchObject({
    phase: 'Failed',
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
  })
  expect(await running(it)).toEqual([])
})

test('every Pod has an address of its own, and the lowest free one', async () => {
  const it = await bed()
  const names = ['a', 'b', 'c']
  it.apply(...names.map((name) => pod({ name })))
  await it.clock.settle()
  expect(names.map((name) => it.status(name).podIP).sort()).toEqual(['10.244.1.2', '10.244.1.3', '10.244.1.4'])
  it.apply(deleting(pod({ name: 'a' })), pod({ name: 'b' }), pod({ name: 'c' }))
  await it.clock.settle()
  it.apply(pod({ name: 'b' }), pod({ name: 'c' }), pod({ name: 'd' }))
  await it.clock.settle()
  expect(it.status('d').podIP).toBe('10.244.1.2')
})

test('someone removes a container behind the agent: it counts as a restart', async () => {
  const it = await bed()
  it.apply(pod())
  await it.clock.settle()
  const [row] = await running(it)
  await it.runtime.remove(row?.id ?? '')
  await it.clock.settle()
  expect(it.status().containerStatuses?.[0]).toMatchObject({
    restartCount: 1,
    ready: true,
    lastState: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
  })
})
