import { setTimeout as wait } from 'node:timers/promises'
import { EXAMPLE } from '../cli/layout.ts'
import { nodeReady } from '../test/support/cluster.ts'
import { isReady } from '../test/support/watch.ts'
import type { Part } from './part.ts'
import { blocksWritten, residentMB, workerdOf } from './process.ts'
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
