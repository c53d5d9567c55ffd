import { get } from 'node:https'
import http from 'node:http'
import type { TestCluster } from './cluster.ts'

export interface WatchEvent {
  readonly type: string
  readonly object: Seen
  /** Milliseconds since the epoch when it arrived. */
  readonly at: number
}

/** As much of an object as these tests look at. */
export interface Seen {
  metadata: {
    name: string
    namespace?: string
    uid: string
    resourceVersion: string
    deletionTimestamp?: string
    labels?: Record<string, string>
  }
  spec?: { nodeName?: string; replicas?: number }
  status?: {
    phase?: string
    podIP?: string
    conditions?: { type: string; status: string; reason?: string; message?: string }[]
    containerStatuses?: {
      name: string
      restartCount: number
      containerID?: string
      ready: boolean
      image?: string
      state?: {
        running?: object
        waiting?: { reason?: string; message?: string }
        terminated?: { exitCode: number; reason?: string }
      }
      lastState?: { terminated?: { exitCode: number; reason?: string } }
    }[]
  }
}

/** A watch of the API server, as client-go holds it: reads lines until closed. */
export function watch(cluster: TestCluster, path: string): { events: WatchEvent[]; close(): void } {
  const events: WatchEvent[] = []
  let rest = ''
  const request = get(`${cluster.server}${path}${path.includes('?') ? '&' : '?'}watch=1`, {
    ca: cluster.state.authority,
    headers: { authorization: `Bearer ${cluster.state.adminToken}` },
  })
  request.on('response', (response) => {
    response.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines.filter((text) => text.trim() !== '')) {
        events.push({ ...(JSON.parse(line) as { type: string; object: Seen }), at: Date.now() }) // a watch event
      }
    })
    response.on('error', () => {})
  })
  request.on('error', () => {})
  return { events, close: () => void request.destroy() }
}

export async function pods(cluster: TestCluster, selector: string, namespace = 'default'): Promise<Seen[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`
  return (await cluster.api.expect<{ items: Seen[] }>('GET', path)).items
}

export const isReady = (pod: Seen): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true

/** What a Pod's web server answers, or undefined. */
export const page = (ip: string, timeout = 1_000): Promise<string | undefined> =>
  new Promise((done) => {
    const request = http.get({ host: ip, port: 80, path: '/', timeout, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => done(response.statusCode === 200 ? text : undefined))
      response.on('error', () => done(undefined))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => done(undefined))
  })
