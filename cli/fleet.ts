import type { ApiClient } from './api-client.ts'
import { columns } from './screen.ts'

interface Table {
  columnDefinitions: { name: string; priority: number }[]
  rows: { cells: unknown[]; object?: { metadata?: { namespace?: string } } }[]
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

/** Nodes and Pods as `kubectl get` prints them, made by the API server's own columns. */
export async function fleetTable(api: ApiClient): Promise<string[]> {
  const [nodes, pods] = await Promise.all([table(api, '/api/v1/nodes'), table(api, '/api/v1/pods')])
  return [...printed(nodes, false), '', ...(pods.rows.length === 0 ? ['No Pods.'] : printed(pods, true))]
}

async function table(api: ApiClient, path: string): Promise<Table> {
  return api.expect<Table>('GET', path, undefined, TABLE)
}

function printed(of: Table, withNamespace: boolean): string[] {
  const shown = of.columnDefinitions.map((column, i) => ({ ...column, i })).filter((column) => column.priority === 0)
  const head = [...(withNamespace ? ['NAMESPACE'] : []), ...shown.map((column) => column.name.toUpperCase())]
  const rows = of.rows.map((row) => [
    ...(withNamespace ? [row.object?.metadata?.namespace ?? ''] : []),
    ...shown.map((column) => String(row.cells[column.i] ?? '')),
  ])
  return columns([head, ...rows])
}

interface PodSeen {
  metadata: { name: string }
  status?: {
    conditions?: { type: string; status: string; message?: string }[]
    containerStatuses?: { state?: { waiting?: { reason?: string; message?: string } } }[]
  }
}

/** How many Pods of an app are Ready, how many its Deployment wants, and why the first that is not ready waits. */
export async function podsReady(
  api: ApiClient,
  namespace: string,
  app: string,
): Promise<{ ready: number; wanted: number; why: string }> {
  const [list, deployment] = await Promise.all([
    api.expect<{ items: PodSeen[] }>('GET', `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`),
    api.expect<{ spec: { replicas: number } }>('GET', `/apis/apps/v1/namespaces/${namespace}/deployments/${app}`),
  ])
  const ready = list.items.filter((pod) => isTrue(pod, 'Ready'))
  const waiting = list.items.find((pod) => !isTrue(pod, 'Ready'))
  return { ready: ready.length, wanted: deployment.spec.replicas, why: waiting === undefined ? '' : reasonOf(waiting) }
}

const isTrue = (pod: PodSeen, type: string): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true

function reasonOf(pod: PodSeen): string {
  const waiting = pod.status?.containerStatuses
    ?.map((container) => container.state?.waiting)
    .find((state) => state !== undefined)
  const unscheduled = pod.status?.conditions?.find(
    (condition) => condition.type === 'PodScheduled' && condition.status === 'False',
  )
  const why = waiting === undefined ? unscheduled?.message : `${waiting.reason ?? ''} ${waiting.message ?? ''}`
  return `Pod ${pod.metadata.name}: ${(why ?? 'is starting').trim()}`
}
