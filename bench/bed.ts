import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startControlPlane } from '../cli/control-plane.ts'
import { ROOT, workerdBinary } from '../cli/layout.ts'
import { openState } from '../cli/state.ts'
import { startCluster, type TestCluster } from '../test/support/cluster.ts'
import { loadBusybox, loadPause, startDocker, type TestDocker } from '../test/support/docker.ts'
import { loadNginx } from '../test/support/nginx.ts'
import { freePort } from '../test/support/ports.ts'
import type { Server } from './client.ts'

/** Where parts find what they measure. Clusters and baselines end with the part, the Docker daemon with the run. */
export interface Bed {
  /** A control plane of its own: plain workerd with the production bundle, and more text bindings where asked. */
  cluster(vars?: Readonly<Record<string, string>>): Promise<TestCluster>
  /** The bare Worker and object beside it, on the same workerd, with a certificate of the same kind. */
  baseline(): Promise<Server>
  /** A Docker daemon of the run's own with busybox, pause and nginx. Needs root and docker.io. */
  docker(): Promise<TestDocker>
  /** Says on stderr what is going on. */
  say(text: string): void
}

export const serverOf = (cluster: TestCluster): Server => ({
  url: cluster.server,
  ca: cluster.state.authority,
  token: cluster.state.adminToken,
})

export function makeBed(): Bed & { endPart(): Promise<void>; end(): Promise<void> } {
  let ends: (() => Promise<void>)[] = []
  let docker: Promise<TestDocker> | undefined
  let ending: Promise<void> | undefined
  const endPart = async (): Promise<void> => {
    const all = ends.toReversed()
    ends = []
    for (const end of all) await end()
  }
  return {
    async cluster(vars = {}) {
      const cluster = await startCluster({ vars })
      ends.push(() => cluster.stop())
      return cluster
    },
    async baseline() {
      const { server, stop } = await startBaseline()
      ends.push(stop)
      return server
    },
    docker: () => (docker ??= startImages()),
    say: (text) => void process.stderr.write(`${text}\n`),
    endPart,
    // Ctrl-C and the part that fails because of it both come here.
    end: () => (ending ??= endPart().then(async () => (await docker)?.stop())),
  }
}

/** podo's own starter with the baseline in place of the bundle: whatever the starter sets holds for both. */
async function startBaseline(): Promise<{ server: Server; stop(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'podo-baseline-'))
  const port = await freePort()
  const state = await openState(dir, ['localhost', '127.0.0.1'], port, Date.now())
  await mkdir(join(dir, 'worker'))
  await copyFile(join(ROOT, 'bench/baseline/worker.js'), join(dir, 'worker/index.js'))
  const plane = await startControlPlane(state, { dist: dir, port, workerd: workerdBinary() })
  return {
    server: { url: plane.url, ca: state.authority },
    async stop() {
      await plane.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function startImages(): Promise<TestDocker> {
  const docker = await startDocker()
  await loadPause(docker.socket)
  await loadBusybox(docker.socket)
  await loadNginx(docker.socket)
  return docker
}
