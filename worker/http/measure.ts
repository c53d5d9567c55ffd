import type { Context, Next } from 'hono'
import type { Node } from '../../api/schema/types.generated.ts'
import type { Governor } from '../governor/governor.ts'
import type { RequestInfo } from '../guard/request-info.ts'
import { type Labels, Metrics } from '../metrics/metrics.ts'
import type { Store } from '../store/store.ts'
import type { Api } from './api.ts'
import type { Env } from './app.ts'
import { Gate, type Refusal } from './gate.ts'

/** Numbers of the API server, under kube-apiserver's names (k8s.io/apiserver/pkg/endpoints/metrics). */
const BOUNDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]

/** Told of each request that was answered. */
export interface Measured {
  answered(labels: Labels, code: number, seconds: number): void
}

function requestMetrics(metrics: Metrics): Measured {
  const total = metrics.counter(
    'apiserver_request_total',
    'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
  )
  const seconds = metrics.histogram(
    'apiserver_request_duration_seconds',
    'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
    BOUNDS,
  )
  return {
    answered(labels, code, duration) {
      total.add({ code: String(code), ...labels })
      seconds.observe(duration, labels)
    },
  }
}

/** Middleware: counts the request once it is answered, whoever answered it. */
export async function measured(api: Api, c: Context<Env>, next: Next): Promise<void> {
  const received = api.now()
  await next()
  const info = c.get('info')
  if (info === undefined) return
  // A watch's own answer to the Worker is the socket.
  const code = c.res.status === 101 ? 200 : c.res.status
  api.measured.answered(labelsOf(api, info, c), code, (api.now() - received) / 1000)
}

const VERBS: Readonly<Record<string, string>> = {
  create: 'POST',
  update: 'PUT',
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
}
const CONNECTIONS: readonly string[] = ['exec', 'attach', 'portforward', 'proxy']

/** Only names of what is served become labels: anything else would be chosen by who asks. */
function labelsOf(api: Api, info: RequestInfo, c: Context<Env>): Labels {
  const { isResourceRequest, group, version, resource, subresource } = info
  const kind = api.kinds.find(
    (known) => known.plural === resource && known.group === group && known.version === version,
  )
  const known = isResourceRequest && kind !== undefined
  const sub = kind?.subresources?.some(({ name }) => name === subresource) === true ? subresource : ''
  const applies = info.verb === 'patch' && c.req.header('content-type')?.startsWith('application/apply-patch') === true
  return {
    component: 'apiserver',
    dry_run: c.get('query')?.get('dryRun') === 'All' ? 'All' : '',
    group: known ? group : '',
    resource: known ? resource : '',
    scope: scopeOf(info, known),
    subresource: known ? sub : '',
    verb: applies ? 'APPLY' : CONNECTIONS.includes(sub) ? 'CONNECT' : (VERBS[info.verb] ?? 'GET'),
    version: known ? version : '',
  }
}

function scopeOf({ name, namespace, verb }: RequestInfo, known: boolean): string {
  if (!known) return ''
  if (name !== '' || verb === 'create') return 'resource'
  return namespace === '' ? 'cluster' : 'namespace'
}

/** Numbers that are looked up when they are asked for. `watchers`: of each resource that is watched. */
export interface Looked {
  readonly store: Store
  readonly watchers: () => ReadonlyMap<string, number>
}

function stateMetrics(metrics: Metrics, looked: Looked, gate: Gate, started: number): void {
  const { store, watchers } = looked
  metrics.gauge(
    'apiserver_current_inflight_requests',
    'Number of requests that the apiserver answers at the moment, by request kind.',
    () => Object.entries(gate.inflight).map(([kind, value]) => ({ labels: { request_kind: kind }, value })),
  )
  metrics.gauge(
    'apiserver_longrunning_requests',
    'Gauge of all active long-running apiserver requests broken out by verb and resource.',
    () => byName(watchers(), (resource) => ({ verb: 'WATCH', resource })),
  )
  metrics.gauge(
    'apiserver_storage_size_bytes',
    'Size of the storage database file physically allocated in bytes.',
    () => [{ labels: { storage_cluster_id: 'podo' }, value: store.usage.bytes }],
  )
  const rows = 'Rows that the store has %, as Cloudflare counts them, since the object woke.'
  metrics.gauge(
    'podo_store_rows_written_total',
    rows.replace('%', 'written'),
    () => [{ value: store.usage.rowsWritten }],
    'counter',
  )
  metrics.gauge(
    'podo_store_rows_read_total',
    rows.replace('%', 'read'),
    () => [{ value: store.usage.rowsRead }],
    'counter',
  )
  metrics.gauge('podo_store_resource_version', 'The newest resourceVersion.', () => [{ value: store.version }])
  metrics.gauge('podo_nodes', 'Nodes by their condition Ready.', () => byName(readiness(store), (ready) => ({ ready })))
  metrics.gauge('process_start_time_seconds', 'When the object woke, in seconds since the epoch.', () => [
    { value: started / 1000 },
  ])
}

/** Nodes by the status of their condition Ready. */
function readiness(store: Store): Map<string, number> {
  const counts = new Map([
    ['True', 0],
    ['False', 0],
    ['Unknown', 0],
  ])
  for (const { object } of store.list({ resource: 'nodes' })) {
    // What is listed as nodes was decoded as Nodes.
    const { status } = object as Node
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown'
    counts.set(ready, (counts.get(ready) ?? 0) + 1)
  }
  return counts
}

const byName = (counts: ReadonlyMap<string, number>, labels: (name: string) => Labels) =>
  [...counts].map(([name, value]) => ({ labels: labels(name), value }))

/** What the gate is told to count. */
function rejections(metrics: Metrics): (why: Refusal) => void {
  const total = metrics.counter(
    'apiserver_flowcontrol_rejected_requests_total',
    'Number of requests rejected because the object is overloaded.',
  )
  return (reason) => total.add({ reason })
}

/** What the driver is told to count, under client-go's names for the queues of controllers. */
function workMetrics(metrics: Metrics, now: () => number): (controller: string) => (failed: boolean) => void {
  const seconds = metrics.histogram(
    'workqueue_work_duration_seconds',
    'How long in seconds processing an item from the queue of a controller takes; inside an object the clock moves with I/O only.',
    [0.001, 0.01, 0.1, 1, 10],
  )
  const retries = metrics.counter('workqueue_retries_total', 'Total number of reconciles that failed, by controller.')
  return (name) => {
    const began = now()
    return (failed) => {
      seconds.observe((now() - began) / 1000, { name })
      if (failed) retries.add({ name })
    }
  }
}

/** What today has cost of what a day may cost. */
function quotaMetrics(metrics: Metrics, governor: Governor, now: () => number): void {
  const shares = (of: 'used' | 'limit') => () =>
    governor.shares(now()).map((share) => ({ labels: { what: share.what }, value: share[of] }))
  metrics.gauge('podo_quota_used', 'What has been spent of the day, where it has a limit.', shares('used'))
  metrics.gauge('podo_quota_limit', 'What a day may cost.', shares('limit'))
}

/** What is counted of one object, and who tells what. */
export interface Observed {
  readonly metrics: Metrics
  readonly gate: Gate
  readonly measured: Measured
  /** For the driver: a reconcile begins, and ends. */
  readonly observe: (controller: string) => (failed: boolean) => void
}

/** Makes all metrics of an object that begins now. */
export function observed(looked: Looked & { readonly governor: Governor; readonly now: () => number }): Observed {
  const metrics = new Metrics()
  const gate = new Gate(rejections(metrics))
  stateMetrics(metrics, looked, gate, looked.now())
  quotaMetrics(metrics, looked.governor, looked.now)
  return { metrics, gate, measured: requestMetrics(metrics), observe: workMetrics(metrics, looked.now) }
}

/** GET /metrics. */
export const metricsResponse = (metrics: Metrics): Response =>
  new Response(metrics.text(), {
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-cache, private' },
  })
