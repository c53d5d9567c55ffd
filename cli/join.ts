import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { NODE_FLAGS } from './agent-process.ts'
import { fingerprint, Refusal } from './state.ts'

/** The line that joins a machine: it names the server, the authority's hash and a token, and nothing else secret. */
export function joinLine(kubeconfig: string, token: string, name: string | undefined): string {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters?: { cluster?: { server?: string; 'certificate-authority-data'?: string } }[]
  } // podo's own file
  const cluster = config.clusters?.[0]?.cluster
  if (cluster?.server === undefined) throw new Refusal(`${kubeconfig} names no cluster.`)
  const ca = Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString()
  const trust = ca === '' ? '' : ` --ca-hash ${fingerprint(ca)}`
  return `node ${NODE_FLAGS.join(' ')} dist/agent.cjs --server ${cluster.server}${trust} --token ${token}${name === undefined ? '' : ` --name ${name}`}`
}
