import net from 'node:net'
import type { Outcome } from './probe.ts'

/** Succeeds when the port takes a connection. */
export function tcpProbe(host: string, port: number, timeout: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout })
    const end = (outcome: Outcome): void => {
      socket.destroy()
      resolve(outcome)
    }
    socket.on('connect', () => end({ result: 'success', output: '' }))
    socket.on('timeout', () => end({ result: 'failure', output: `dial tcp ${host}:${port}: i/o timeout` }))
    socket.on('error', (error) => end({ result: 'failure', output: dialError(error, host, port) }))
  })
}

/** A failed connection as Go prints it. */
export function dialError(error: Error, host: string, port: number): string {
  const codes: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    EHOSTUNREACH: 'no route to host',
    ENETUNREACH: 'network is unreachable',
    ECONNRESET: 'connection reset by peer',
  }
  const code = 'code' in error ? codes[String(error.code)] : undefined
  return `dial tcp ${host}:${port}: ${code === undefined ? error.message : `connect: ${code}`}`
}
