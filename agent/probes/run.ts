import type { Container, IntOrString, Probe } from '../../api/schema/types.generated.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { execProbe } from './exec.ts'
import { httpProbe } from './http.ts'
import type { Outcome } from './probe.ts'
import { tcpProbe } from './tcp.ts'

export interface ProbeTarget {
  container: Container
  /** Of the container at the runtime. */
  id: string
  address: string
  runtime: Runtime
}

/** Runs a probe of any kind once, within its timeout. */
export async function runProbe(target: ProbeTarget, probe: Probe): Promise<Outcome> {
  const timeout = (probe.timeoutSeconds ?? 1) * 1000
  try {
    if (probe.exec !== undefined) return await execProbe(target.runtime, target.id, probe.exec.command ?? [], timeout)
    if (probe.httpGet !== undefined) {
      const port = portOf(target.container, probe.httpGet.port)
      return await httpProbe(probe.httpGet, probe.httpGet.host ?? target.address, port, timeout)
    }
    if (probe.tcpSocket !== undefined) {
      const port = portOf(target.container, probe.tcpSocket.port)
      return await tcpProbe(probe.tcpSocket.host ?? target.address, port, timeout)
    }
    return { result: 'unknown', output: 'this agent runs exec, httpGet and tcpSocket probes only' }
  } catch (error) {
    return { result: 'unknown', output: error instanceof Error ? error.message : String(error) }
  }
}

/** A number, or the name of one of the container's ports. Model: probe.ResolveContainerPort. */
export function portOf(container: Container, port: IntOrString): number {
  const number = Number(port)
  if (Number.isInteger(number) && number > 0 && number < 65536) return number
  const named = container.ports?.find(({ name }) => name === port)
  if (named === undefined) throw new Error(`couldn't find port: ${port} in container ${container.name}`)
  return named.containerPort
}
