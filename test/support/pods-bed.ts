import { afterEach } from 'vitest'
import type { Container, Pod, PodStatus } from '../../api/schema/types.generated.ts'
import { makePods, type Pods } from '../../agent/pods.ts'
import type { Network } from '../../agent/network/network.ts'
import type { Desired } from '../../agent/pod/pods.ts'
import { fakeClock, type FakeClock } from '../../agent/runtime/fake-clock.ts'
import type { MadeVolumes, VolumesOrder } from '../../agent/volumes/volumes.ts'
import { fakeImage, fakeRuntime, type FakeRuntime, type Program } from '../../agent/runtime/fake.ts'

/** An agent's Pods over the fake runtime, with a clock in the test's hand and an API that believes what is reported. */
export interface Bed {
  clock: FakeClock
  runtime: FakeRuntime
  programs: Map<string, Program>
  status(name?: string): PodStatus
  events: string[]
  gone: string[]
  reported: number
  /** Of each report. */
  readiness: string[]
  apply(...pods: Pod[]): void
  desired: Desired
  restartAgent(): Promise<void>
  attached: string[]
  /** What making volumes comes to, which were asked for, and Pods of which some are there. */
  volumes: { made: (order: VolumesOrder) => MadeVolumes; orders: VolumesOrder[]; uids: Set<string> }
}

export const MADE: MadeVolumes = { ready: true, renewAt: Infinity, failures: [] }

const opened: Pods[] = []
afterEach(async () => {
  for (const pods of opened.splice(0)) await pods.stop()
})

export async function podsBed(images = ['web:1'], delay: () => number = () => 0): Promise<Bed> {
  const clock = fakeClock()
  const programs = new Map<string, Program>()
  const runtime = fakeRuntime({ node: 'n1', clock, delay, program: (command) => programs.get(command) ?? {} })
  for (const image of images) runtime.images.set(image, fakeImage(image))
  const statuses = new Map<string, PodStatus>()
  const attached: string[] = []
  const network: Network = {
    use: async () => undefined,
    trouble: () => undefined,
    ranges: () => ({ podCIDR: '10.244.1.0/24', clusterCIDR: '10.244.0.0/14' }),
    attach: async ({ address }) => void attached.push(address),
    dns: async () => ({ nameservers: ['192.0.2.1'], searches: [], options: [] }),
    remove: async () => undefined,
  }
  const make = (): Pods => {
    const pods = makePods({
      node: { name: 'n1', address: '192.0.2.10', cpus: 4, memoryBytes: 8 * 2 ** 30, diskBytes: 2 ** 40 },
      api: { host: 'api.example', onMachine: '127.0.0.1', port: 8443 },
      volumes: {
        async make(order) {
          it.volumes.orders.push(order)
          return it.volumes.made(order)
        },
        source: async ({ metadata }, { volume, subPath }) => `/volumes/${metadata.name}/${volume}/${subPath}`,
        remove: async (uid) => void it.volumes.uids.delete(uid),
        uids: async () => [...it.volumes.uids],
      },
      runtime,
      network,
      clock,
      messages: {
        make: async (...parts) => `/messages/${parts.join('-')}`,
        read: async () => '',
        remove: async () => undefined,
      },
      unsupported: (pod) => ('volumes' in pod && pod.volumes !== undefined ? ['spec.volumes[0]'] : []),
      reports: {
        status(pod, status) {
          it.reported += 1
          // The worker reports what the table of types calls PodStatus.
          statuses.set(pod.name, status as PodStatus)
          it.readiness.push(condition(it, 'Ready', pod.name)?.status ?? '')
        },
        gone: ({ name }) => void it.gone.push(name),
        event: (_, type, reason, message, path) => void it.events.push(`${type} ${reason} ${path ?? ''} ${message}`),
      },
    })
    opened.push(pods)
    return pods
  }
  let pods = make()
  const it: Bed = {
    clock,
    runtime,
    programs,
    status: (name = 'web') => statuses.get(name) ?? {},
    events: [],
    gone: [],
    reported: 0,
    readiness: [],
    desired: { revision: 0, pods: [], configMaps: [], secrets: [] },
    apply(...list) {
      it.desired = { ...it.desired, revision: it.desired.revision + 1, pods: list }
      pods.apply(it.desired)
    },
    async restartAgent() {
      await pods.stop()
      // The API has what was reported.
      const list = it.desired.pods.map((pod) => ({ ...pod, status: statuses.get(pod.metadata.name) ?? {} }))
      pods = make()
      it.desired = { ...it.desired, pods: list }
      pods.apply(it.desired)
      await clock.settle()
    },
    attached,
    volumes: { made: () => MADE, orders: [], uids: new Set() },
  }
  await clock.settle()
  return it
}

export function pod(spec: Partial<Pod['spec']> & { name?: string } = {}, more: Partial<Pod['metadata']> = {}): Pod {
  const { name = 'web', ...rest } = spec
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: 1,
      ...more,
    },
    spec: { containers: [container()], restartPolicy: 'Always', terminationGracePeriodSeconds: 30, ...rest },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  }
}
export const container = (more: Partial<Container> = {}): Container => ({
  name: 'web',
  image: 'web:1',
  resources: {},
  imagePullPolicy: 'IfNotPresent',
  ...more,
})
export const deleting = (object: Pod, grace = 30): Pod => ({
  ...object,
  metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:10Z', deletionGracePeriodSeconds: grace },
})
export const running = (it: Bed, kind = 'app') =>
  it.runtime.list().then((rows) => rows.filter((row) => row.state === 'running' && row.labels['podo.kind'] === kind))
export const condition = (it: Bed, type: string, name?: string) =>
  it.status(name).conditions?.find((each) => each.type === type)
