import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { until } from '../support/docker.ts'

/** `kubectl drain` of a node whose Pods a budget keeps. The machines are the test's own: it starts and ends Pods for them. */
let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(async () => {
  await cluster?.stop()
})

interface Pod {
  metadata: { name: string; deletionTimestamp?: string }
  spec: { nodeName?: string }
  status: { phase?: string }
}

const PODS = '/api/v1/namespaces/default/pods'
const status = (path: string, body: object): Promise<string> =>
  cluster.ok([
    'patch',
    ...path.split(' '),
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status: body }),
  ])

async function machine(name: string): Promise<void> {
  await cluster.ok(['create', '-f', '-'], {
    stdin: JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name } }),
  })
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }
  await status(`node ${name}`, {
    conditions: [ready],
    allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
    capacity: { cpu: '4', memory: '8Gi', pods: '110' },
  })
}

/** What agents would do: Pods that have a node run, and those that are to go are gone. */
async function serve(): Promise<Pod[]> {
  const { items } = await cluster.api.expect<{ items: Pod[] }>('GET', PODS)
  for (const {
    metadata,
    spec,
    status: { phase },
  } of items) {
    if (metadata.deletionTimestamp !== undefined)
      await cluster.api.expect('DELETE', `${PODS}/${metadata.name}?gracePeriodSeconds=0`)
    else if (spec.nodeName !== undefined && phase === 'Pending') {
      await status(`pod ${metadata.name}`, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] })
    }
  }
  return items
}

const onNode = (pods: readonly Pod[], node: string): number => pods.filter(({ spec }) => spec.nodeName === node).length

test('[CT102] a node is drained Pod by Pod, as fast as a disruption budget allows', { timeout: 120_000 }, async () => {
  await machine('a')
  await cluster.ok(['create', 'deployment', 'web', '--image=nginx', '--replicas=2'])
  await cluster.ok(['create', 'pdb', 'web', '--selector=app=web', '--min-available=1'])
  const runs = async (): Promise<boolean> => onNode(await serve(), 'a') === 2 && (await allowed()) === '1'
  await until(runs, 30_000, 'both Pods run on the first node')
  await machine('b')
  let done = false
  const drained = cluster.ok(['drain', 'a', '--ignore-daemonsets', '--timeout=60s']).finally(() => (done = true))
  const ended = async (): Promise<boolean> => {
    await serve()
    return done
  }
  await until(ended, 90_000, 'the drain ends')
  expect(await drained).toMatch(/node\/a drained\n$/)
  const { items } = await cluster.api.expect<{ items: Pod[] }>('GET', PODS)
  expect([onNode(items, 'a'), onNode(items, 'b')]).toEqual([0, 2])
  expect(await cluster.ok(['get', 'node', 'a', '-o', 'jsonpath={.spec.unschedulable}'])).toBe('true')
})

const allowed = (): Promise<string> => cluster.ok(['get', 'pdb', 'web', '-o', 'jsonpath={.status.disruptionsAllowed}'])
