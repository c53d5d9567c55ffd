import { serverOf } from './bed.ts'
import { each, makeClient } from './client.ts'
import type { Part } from './part.ts'
import { cpuMs, workerdOf } from './process.ts'
import { counted, type Line } from './table.ts'
import { podOf } from './writes.ts'

const REQUESTS = 2000
const API = '/api/v1/namespaces/default'

/**
 * Processor time of the whole control plane for one request of each kind, TLS included. Each adds one stage to the one
 * before it, so that the differences say where the time goes.
 */
const STAGES: readonly [
  what: string,
  method: string,
  path: (i: number) => string,
  body?: ((i: number) => string) | undefined,
  token?: string,
][] = [
  ['edge: /livez', 'GET', () => '/livez'],
  ['edge: a token that is refused', 'GET', () => `${API}/configmaps/none`, undefined, 'podo.wrong.token'],
  ['object: authentication, authorisation, 404', 'GET', () => `${API}/configmaps/none`],
  ['object: read of a row', 'GET', () => `${API}/configmaps/kube-root-ca.crt`],
  [
    'decode, validate, admit (a dry run of a ConfigMap)',
    'POST',
    () => `${API}/configmaps?dryRun=All`,
    (i) => configMap(i),
  ],
  ['the same, stored', 'POST', () => `${API}/configmaps`, (i) => configMap(i)],
  ['decode, validate, admit (a dry run of a Pod)', 'POST', () => `${API}/pods?dryRun=All`, (i) => podOf(`p${i}`)],
  ['the same, stored, controllers and scheduler', 'POST', () => `${API}/pods`, (i) => podOf(`p${i}`)],
]
const configMap = (i: number): string =>
  JSON.stringify({ metadata: { name: `c${i}` }, data: { text: 'x'.repeat(900) } })

export const cpu: Part = {
  name: 'cpu',
  about: 'processor time of the control plane for a request, stage by stage',
  async run(bed) {
    const cluster = await bed.cluster()
    const server = serverOf(cluster)
    const pid = workerdOf(cluster)
    const lines: Line[] = []
    for (const [what, method, path, body, token] of STAGES) {
      const client = makeClient(token === undefined ? server : { ...server, token }, 4)
      const ask = (i: number) => client.send(method, path(i), body?.(i)).catch(() => undefined)
      await each(200, 4, (i) => ask(i + REQUESTS))
      const before = cpuMs(pid)
      await each(REQUESTS, 4, ask)
      lines.push(counted(`CPU of one request: ${what}`, (cpuMs(pid) - before) / REQUESTS, 'ms'))
      client.close()
    }
    return lines
  },
}
