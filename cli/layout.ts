import { existsSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { API_IN_PODS } from '../agent/network/rules.ts'
import { Refusal } from './state.ts'

/** Where things are in a checkout. The bundle lies in dist/, one folder below the root. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
export const DIST = join(ROOT, 'dist')
export const STATE = resolve(process.env['PODO_STATE'] ?? join(ROOT, '.podo'))
export const EXAMPLE = join(ROOT, 'examples/nginx.yaml')

/** PODO_PORT, or 8443. */
export function port(): number {
  const text = process.env['PODO_PORT'] ?? '8443'
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    throw new Refusal(`PODO_PORT is ${text}, but a port is a number from 1 to 65535.`)
  }
  return number
}

/** The address to listen on: loopback unless PODO_LISTEN says otherwise (an address of this machine, or 0.0.0.0). */
export const listenAddress = (): string => process.env['PODO_LISTEN'] ?? '127.0.0.1'

/** Settings of the Worker that a person may choose, handed on from this command's environment. */
const SETTINGS = [
  'PODO_CLUSTER_CIDR',
  'PODO_QUOTA',
  'PODO_AUDIT',
  'PODO_ISSUER',
  'PODO_AUTHENTICATION',
  'PODO_POD_SECURITY',
] as const

export function workerVars(): Record<string, string> {
  const chosen = SETTINGS.map((name): [string, string] => [name, process.env[name] ?? ''])
  return Object.fromEntries(chosen.filter(([, value]) => value !== ''))
}

/** The URL at which other machines reach what listens there: of 0.0.0.0 the first of this machine's own addresses. */
export function reachableAt(listen: string, port: number, addresses: readonly string[] = machineAddresses()): string {
  const host = listen === '0.0.0.0' ? (addresses[0] ?? '127.0.0.1') : listen
  return `https://${host}:${port}`
}

/**
 * What the control plane is told of its own address. Of a loopback it is this machine's first address, as kube-apiserver
 * advertises it: ResolveBindAddress of k8s.io/apimachinery/pkg/util/net.
 */
export function apiVar(listen: string, port: number, addresses = machineAddresses()): Record<string, string> {
  const own = ['0.0.0.0', '127.0.0.1', 'localhost'].includes(listen) ? addresses[0] : listen
  return own === undefined ? {} : { PODO_API: `https://${own}:${port}` }
}

/**
 * What the server's certificate must name: loopback, this machine's name, where its Pods reach it, and the addresses
 * that it listens on.
 */
export function serverNames(listen: string): string[] {
  const names = ['localhost', '127.0.0.1', hostname().toLowerCase(), API_IN_PODS]
  if (listen === '0.0.0.0') return [...names, ...machineAddresses()]
  return names.includes(listen) ? names : [...names, listen]
}

/** IPv4 addresses of this machine that others may reach, Docker's and podo's own left out. */
export const machineAddresses = (): string[] =>
  Object.entries(networkInterfaces())
    .filter(([name]) => !/^(docker|br-|veth|pv|podo)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter((address) => address.family === 'IPv4' && !address.internal)
    .map((address) => address.address)

/** Node's binary that npm brought, else the one that runs this: the agent is started with it. */
export function nodeBinary(): string {
  const brought = join(ROOT, `node_modules/node-linux-${process.arch}/bin/node`)
  return existsSync(brought) ? brought : process.execPath
}

export const workerdBinary = (): string => join(ROOT, 'node_modules/workerd/bin/workerd')

/** A node's name: the machine's, as kubelet makes it (lower case, a DNS subdomain). */
export const nodeName = (): string => hostname().toLowerCase().replaceAll('_', '-')
