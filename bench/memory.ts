import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { EXAMPLE } from '../cli/layout.ts'
import { nodeReady, type TestCluster } from '../test/support/cluster.ts'
import { isReady } from '../test/support/watch.ts'
import type { Part } from './part.ts'
import { shown } from './shown.ts'
import { counted } from './table.ts'

/** The promise is about 20 minutes, which `npm run test:long` waits for; this is what a minute shows. */
const IDLE = 60_000
const AGENT = { atMost: 64 }

/** VmRSS from /proc, in units of 1024² bytes as the promise is meant, after a minute in which nothing happened. */
export const memory: Part = {
  name: 'memory',
  about: 'memory of control plane and agent with three idle nginx Pods, after a minute',
  async run(bed) {
    const { socket } = await bed.docker()
    const cluster = await bed.cluster()
    const fresh = residentMB(workerdOf(cluster))
    const agent = await cluster.addAgent({ name: 'bench', socket })
    await nodeReady(cluster, 'bench')
    const ready = shown(cluster, '/api/v1/namespaces/default/pods?labelSelector=app%3Dnginx', isReady)
    await cluster.ok(['apply', '-f', EXAMPLE])
    await ready.last(3, 60_000)
    ready.close()
    const before = blocksWritten(agent.pid)
    await wait(IDLE)
    return [
      counted('memory of the agent, three Pods, idle for a minute', residentMB(agent.pid), 'MB', AGENT),
      counted('bytes that it wrote in that minute', blocksWritten(agent.pid) - before, 'bytes', { atMost: 0 }),
      counted('memory of the control plane (workerd) just started', fresh, 'MB'),
      counted('memory of the control plane then', residentMB(workerdOf(cluster)), 'MB'),
    ]
  },
}

/** Resident memory of a process. Kernel counters are in kB of 1024. */
function residentMB(pid: number): number {
  const kB = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kB === undefined) throw new Error(`process ${pid} has ended`)
  return Number(kB) / 1024
}

/** Bytes that a process had written to disks. */
const blocksWritten = (pid: number): number =>
  Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? Number.NaN)

/** The process of this cluster: its configuration file is named nowhere else. */
function workerdOf(cluster: TestCluster): number {
  const config = join(cluster.state.dir, 'workerd.capnp')
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (commandLine(pid).includes(config)) return Number(pid)
  }
  throw new Error('the control plane has no process')
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // it ended meanwhile
  }
}
