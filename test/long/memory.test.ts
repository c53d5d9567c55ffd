import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeReady, startCluster, type TestAgent, type TestCluster } from '../support/cluster.ts'
import { loadBusybox, startDocker, type TestDocker } from '../support/docker.ts'

/** What an idle agent costs its machine, after the time in which a leak or a late write shows. */
const IDLE_MINUTES = Number(process.env['PODO_IDLE_MINUTES'] ?? 20)
const MINUTE = 60_000
const MOST_KB = 64 * 1024

let docker: TestDocker
let cluster: TestCluster
let agent: TestAgent
beforeAll(async () => {
  docker = await startDocker()
  await loadBusybox(docker.socket)
  cluster = await startCluster()
  agent = await cluster.addAgent({ name: 'one', socket: docker.socket })
  await nodeReady(cluster, 'one')
})
afterAll(async () => {
  await cluster?.stop()
  await docker?.stop()
})

const pod = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    containers: [{ name: 'c', image: 'podo/busybox:1', command: ['sleep', '100000'] }],
    terminationGracePeriodSeconds: 1,
  },
})

test('[AG80] an idle agent with three Pods stays within 64 MB and writes nothing', async () => {
  const names = ['a', 'b', 'c']
  for (const name of names) await cluster.api.expect('POST', '/api/v1/namespaces/default/pods', pod(name))
  await cluster.ok(['wait', '--for=condition=Ready', ...names.map((name) => `pod/${name}`), '--timeout=90s'])
  // Events gather, and the last acknowledgement is written down, before a machine counts as idle.
  await pass(MINUTE / 2)
  const before = { written: await writtenBytes(), files: await lastWrites(agent.stateDir) }
  const sizes: number[] = []
  for (let minute = 0; minute < IDLE_MINUTES; minute++) {
    await pass(MINUTE)
    sizes.push(await residentKB())
  }
  const last = sizes.at(-1) ?? Infinity
  process.stdout.write(`VmRSS in kB, minute by minute: ${sizes.join(' ')}\n`)
  expect({ written: await writtenBytes(), files: await lastWrites(agent.stateDir) }).toEqual(before)
  expect(last).toBeLessThanOrEqual(MOST_KB)
  await nodeReady(cluster, 'one')
})

const ofProcess = (file: string): Promise<string> => readFile(`/proc/${agent.pid}/${file}`, 'utf8')
const numberIn = (text: string, name: string): number => {
  const found = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]
  return found === undefined ? expect.unreachable(`${name} is missing`) : Number(found)
}

const residentKB = async (): Promise<number> => numberIn(await ofProcess('status'), 'VmRSS')
/** What the process caused to be written to storage: proc(5). */
const writtenBytes = async (): Promise<number> => numberIn(await ofProcess('io'), 'write_bytes')

/** When each file of the folder was last written, in milliseconds, by name. */
async function lastWrites(folder: string): Promise<Record<string, number>> {
  const names = await readdir(folder)
  const rows = await Promise.all(names.map(async (name) => [name, (await stat(join(folder, name))).mtimeMs] as const))
  return Object.fromEntries(rows)
}
