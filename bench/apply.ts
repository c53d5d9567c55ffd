import { EXAMPLE } from '../cli/layout.ts'
import { nodeReady } from '../test/support/cluster.ts'
import { until } from '../test/support/docker.ts'
import { isReady, pods } from '../test/support/watch.ts'
import type { Part } from './part.ts'
import { shown } from './shown.ts'
import { told } from './table.ts'

const RUNS = 3

/** The example of the README as a person meets it, kubectl's own start included. */
export const apply: Part = {
  name: 'apply',
  about: 'kubectl apply of three nginx replicas until the three Pods are Ready, images present',
  async run(bed) {
    const { socket } = await bed.docker()
    const cluster = await bed.cluster()
    await cluster.addAgent({ name: 'bench', socket })
    await nodeReady(cluster, 'bench')
    const count = async (): Promise<number> => (await pods(cluster, 'app=nginx')).length
    const seconds: number[] = []
    for (let run = 0; run < RUNS; run++) {
      const ready = shown(cluster, '/api/v1/namespaces/default/pods?labelSelector=app%3Dnginx', isReady)
      const start = Date.now()
      await cluster.ok(['apply', '-f', EXAMPLE])
      seconds.push(((await ready.last(3, 60_000)) - start) / 1000)
      ready.close()
      await cluster.ok(['delete', '-f', EXAMPLE])
      await until(async () => (await count()) === 0, 60_000, 'the three Pods are gone')
    }
    return [told('kubectl apply → three nginx Pods Ready, images present', seconds, 's')]
  },
}
