import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { memoryOf, removeVolumes } from '../../agent/volumes/places.ts'
import { nodeReady, startCluster, type TestAgent, type TestCluster } from '../support/cluster.ts'
import { makeBed, UPLINK, type Bed, type Host } from '../support/bed.ts'
import { until } from '../support/docker.ts'
import { loadNginx } from '../support/nginx.ts'
import { isReady, pods, type Seen } from '../support/watch.ts'

/** Two machines, each with a network and a Docker of its own; one of them is lost in every way that machines get lost. */
let bed: Bed
let cluster: TestCluster
const hosts: Host[] = []
const agents: TestAgent[] = []

const DEPLOYMENT = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 2,
        volumes: [{ name: 'access', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
        containers: [
          {
            name: 'nginx',
            image: 'nginx:stable',
            imagePullPolicy: 'IfNotPresent',
            volumeMounts: [{ name: 'access', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
          },
        ],
        tolerations: ['not-ready', 'unreachable'].map((name) => ({
          key: `node.kubernetes.io/${name}`,
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 10,
        })),
      },
    },
  },
})

beforeAll(async () => {
  bed = await makeBed()
  cluster = await startCluster({ listen: UPLINK })
  for (const name of ['a', 'b']) {
    const host = await bed.host()
    await loadNginx(host.docker.socket)
    hosts.push(host)
    agents.push(await cluster.addAgent({ name, socket: host.docker.socket, netns: host.netns }))
  }
  await cluster.ok(['apply', '-f', '-'], { stdin: DEPLOYMENT })
})
afterAll(async () => {
  await cluster?.stop()
  await bed?.down()
})

const web = (): Promise<Seen[]> => pods(cluster, 'app=web')
const readyOn = async (node?: string): Promise<Seen[]> =>
  (await web()).filter((pod) => isReady(pod) && (node === undefined || pod.spec?.nodeName === node))

/** Both machines serve: four Pods are Ready, some on each. A rollout spreads them again after a machine came back. */
beforeEach(async () => {
  await nodeReady(cluster, 'a', 'True', 60_000)
  await nodeReady(cluster, 'b', 'True', 60_000)
  if ((await readyOn('b')).length === 0) await cluster.ok(['rollout', 'restart', 'deployment/web'])
  const spread = async (): Promise<boolean> =>
    (await web()).length === 4 &&
    (await readyOn('a')).length > 0 &&
    (await readyOn('b')).length > 0 &&
    (await readyOn()).length === 4
  await until(spread, 90_000, 'four Pods are Ready, on both machines')
})

/** NotReady within 30 s of silence, and everything replaced on the other machine within 45 s. */
async function failsOver(lose: () => Promise<void>): Promise<void> {
  const lost = (await readyOn('b')).map((pod) => pod.metadata.uid)
  const since = Date.now()
  await lose()
  await nodeReady(cluster, 'b', 'Unknown', 30_000)
  await until(
    async () => (await readyOn('a')).length === 4,
    45_000 - (Date.now() - since),
    'four Pods are Ready on the other machine',
  )
  const left = (await web())
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .map((pod) => pod.metadata.uid)
  expect(left.some((uid) => lost.includes(uid))).toBe(false)
}

test('[ND33] an agent that is killed is NotReady, and its Pods are replaced', async () => {
  await failsOver(() => (agents[1] as TestAgent).kill())
  await (agents[1] as TestAgent).start()
  await nodeReady(cluster, 'b', 'True', 60_000)
  // What was replaced is taken down there, as nobody wants it any more.
  await until(async () => (await web()).length === 4, 60_000, 'only the four replacements are left')
})

test('[ND33] an agent that is stopped (SIGSTOP) is NotReady, and its Pods are replaced', async () => {
  const { pid } = agents[1] as TestAgent
  await failsOver(async () => void process.kill(pid, 'SIGSTOP'))
  process.kill(pid, 'SIGCONT')
  await until(async () => (await web()).length === 4, 60_000, 'only the four replacements are left')
})

test('[ND33] a machine whose cable is cut is NotReady, and its Pods are replaced', async () => {
  await failsOver(() => (hosts[1] as Host).cut())
  await (hosts[1] as Host).mend()
  await until(async () => (await web()).length === 4, 90_000, 'only the four replacements are left')
})

/** Pods of the machine that have a token in place. */
const tokens = (agent: TestAgent, pods: readonly Seen[]): number =>
  pods.filter(({ metadata }) => existsSync(join(memoryOf('b', agent.stateDir), metadata.uid, 'access', 'token'))).length

test('[AG84] a machine that reboots while the control plane is gone starts its Pods from its disk', async () => {
  const [host, agent] = [hosts[1] as Host, agents[1] as TestAgent]
  const before = await readyOn('b')
  await cluster.crash()
  await agent.kill()
  await host.reboot()
  await removeVolumes(undefined, memoryOf('b', agent.stateDir))
  await agent.start()
  const ips = before.map((pod) => pod.status?.podIP ?? '')
  // Their addresses are the machine's to give: what counts is that as many nginx answer there as before.
  const answering = async (): Promise<number> => {
    const neighbours = await bed.inside(host, ['ip', '-4', 'route', 'show'])
    const addresses = [...neighbours.matchAll(/^(10\.\d+\.\d+\.\d+) dev/gm)].map((match) => match[1] ?? '')
    const answers = await Promise.all(
      addresses.map((ip) => bed.inside(host, ['curl', '-s', '-m', '2', `http://${ip}/`]).catch(() => '')),
    )
    return answers.filter((text) => text.includes('Welcome to nginx')).length
  }
  await until(async () => (await answering()) === ips.length, 60_000, `${ips.length} nginx answer on the machine`)
  expect(tokens(agent, before)).toBe(0)
  await cluster.restart()
  await nodeReady(cluster, 'b', 'True', 60_000)
  await until(async () => (await readyOn('b')).length === before.length, 60_000, 'the same Pods are Ready again')
  expect((await readyOn('b')).map((pod) => pod.metadata.uid).sort()).toEqual(
    before.map((pod) => pod.metadata.uid).sort(),
  )
  // [AG78] What nobody could give them before is there now.
  await until(() => tokens(agent, before) === before.length, 30_000, 'they have their tokens')
})
