import type { ComponentStatus } from '../../api/schema/types.generated.ts'
import type { Key, Query, Row } from '../store/store.ts'

export const COMPONENT_STATUSES = 'componentstatuses'

/**
 * What Kubernetes asks of the processes beside its API server. In podo they are one object, and who gets an answer has
 * found them healthy. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/component-status-v1/
 */
const NAMES = ['controller-manager', 'etcd-0', 'scheduler']

function rowOf(name: string, version: number): Row {
  const object: Omit<ComponentStatus, 'metadata'> & { metadata: { name: string } } = {
    kind: 'ComponentStatus',
    apiVersion: 'v1',
    metadata: { name },
    conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  }
  const row = { resource: COMPONENT_STATUSES, namespace: '', name, uid: '', version }
  // It was never created, so it has no uid, version or time to show.
  return { ...row, object: object as ComponentStatus, json: JSON.stringify(object) }
}

export const componentStatus = ({ name }: Key, version: number): Row | undefined =>
  NAMES.includes(name) ? rowOf(name, version) : undefined

export function componentStatusList({ after, limit }: Query, version: number): Row[] {
  const names = NAMES.filter((name) => after === undefined || name > after.name)
  return names.slice(0, limit).map((name) => rowOf(name, version))
}
