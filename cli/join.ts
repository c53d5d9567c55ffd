import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { NODE_FLAGS } from './agent-process.ts'
import { fingerprint, Refusal } from './state.ts'

/** Where machines reach the control plane, beside the kubeconfig, which may name loopback: `npm start` notes it. */
const advertisedFile = (kubeconfig: string): string => join(dirname(kubeconfig), 'join-server')

/** Notes the URL that join lines name: of the address that the control plane listens on. */
export const advertise = (kubeconfig: string, url: string): void =>
  writeFileSync(advertisedFile(kubeconfig), `${url}\n`, { mode: 0o600 })

/** The line that joins a machine: it names the server, the authority's hash and a token, and nothing else secret. */
export function joinLine(kubeconfig: string, token: string, name: string | undefined): string {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters?: { cluster?: { server?: string; 'certificate-authority-data'?: string } }[]
  } // podo's own file
  const cluster = config.clusters?.[0]?.cluster
  if (cluster?.server === undefined) throw new Refusal(`${kubeconfig} names no cluster.`)
  const ca = Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString()
  const advertised = advertisedFile(kubeconfig)
  const server = existsSync(advertised) ? readFileSync(advertised, 'utf8').trim() : cluster.server
  const trust = ca === '' ? '' : ` --ca-hash ${fingerprint(ca)}`
  return `node ${NODE_FLAGS.join(' ')} dist/agent.cjs --server ${server}${trust} --token ${token}${name === undefined ? '' : ` --name ${name}`}`
}
