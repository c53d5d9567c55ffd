import { dockerRuntime } from '../../agent/runtime/docker.ts'
import { runtimeContract } from '../contracts/runtime.ts'
import { loadBusybox, startDocker, until } from '../support/docker.ts'

runtimeContract(async () => {
  const docker = await startDocker()
  const image = await loadBusybox(docker.socket)
  return {
    runtime: dockerRuntime({ socket: docker.socket, node: 'contract' }),
    other: dockerRuntime({ socket: docker.socket, node: 'other' }),
    image,
    until: (condition, what) => until(condition, 30_000, what),
    close: () => docker.stop(),
  }
})
