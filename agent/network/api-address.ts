import type { ApiAddress } from '../pod/api-variables.ts'
import { API_IN_PODS } from './rules.ts'

/** Where Pods reach the API that the agent reaches at `server`. */
export function apiAddressOf(server: URL): ApiAddress {
  const onMachine = server.hostname.replace(/^\[|\]$/g, '')
  const port = Number(server.port || (server.protocol === 'http:' ? 80 : 443))
  return { host: isLoopback(server) ? API_IN_PODS : onMachine, onMachine, port }
}

/** A loopback is each network's own: inside a Pod it is the Pod's. */
export const isLoopback = ({ hostname }: URL): boolean => hostname === 'localhost' || hostname.startsWith('127.')
