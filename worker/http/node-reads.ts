import type { Resource } from '../../api/meta/object.ts'
import { COMPONENT_STATUSES, componentStatus, componentStatusList } from './component-statuses.ts'
import { LEASE_NAMESPACE, leaseOf, withHeartbeat } from '../nodes/synthesise.ts'
import type { Change, Key, Query, Reader, Row } from '../store/store.ts'

/** When a node was last heard, in milliseconds since the epoch; undefined where it never was. */
export type LastHeard = (node: string) => number | undefined

const NODES = 'nodes'
const LEASES = 'leases.coordination.k8s.io'

/**
 * The store as clients see it: Nodes carry the times of their heartbeats, and kube-node-lease holds the Leases that
 * kubelets would renew. Both are made when they are read; a heartbeat writes nothing.
 */
export class NodeReads implements Reader {
  private readonly store: Reader
  private readonly lastHeard: LastHeard

  constructor(store: Reader, lastHeard: LastHeard) {
    this.store = store
    this.lastHeard = lastHeard
  }

  get version(): number {
    return this.store.version
  }
  get oldest(): number {
    return this.store.oldest
  }

  get(key: Key): Row | undefined {
    if (key.resource === COMPONENT_STATUSES) return componentStatus(key, this.version)
    const row = this.store.get(key)
    if (row === undefined && isLease(key)) return this.lease(key.name)
    return row === undefined ? undefined : this.shown(row)
  }

  list(query: Query): Row[] {
    if (query.resource === COMPONENT_STATUSES) return componentStatusList(query, this.version)
    const rows = this.store.list(query)
    if (query.resource === NODES) return rows.map((row) => this.shown(row))
    const { namespace, after, limit } = query
    if (query.resource !== LEASES || (namespace !== undefined && namespace !== LEASE_NAMESPACE)) return rows
    const stored = new Set(rows.filter((row) => row.namespace === LEASE_NAMESPACE).map(({ name }) => name))
    const made = this.store
      .list({ resource: NODES })
      .filter(({ name }) => !stored.has(name) && isAfter(name, after))
      .flatMap(({ name }) => this.lease(name) ?? [])
    const all = [...rows, ...made].sort(byKey)
    return limit === undefined ? all : all.slice(0, limit)
  }

  count(query: Query): number {
    return query.resource === LEASES ? this.list(query).length : this.store.count(query)
  }

  /** A stored row as it is served. */
  shown(row: Row): Row {
    if (row.resource !== NODES) return row
    const object = withHeartbeat(row.object, this.lastHeard(row.name))
    return object === row.object ? row : made(row, object)
  }

  owned(uid: string): Row[] {
    return this.store.owned(uid)
  }
  onNode(node: string): Row[] {
    return this.store.onNode(node)
  }
  few(resource: string, namespace: string): Row[] {
    return this.store.few(resource, namespace)
  }
  changes(since: number, resource?: string, namespace?: string): Change[] {
    return this.store.changes(since, resource, namespace)
  }

  private lease(node: string): Row | undefined {
    const row = this.store.get({ resource: NODES, namespace: '', name: node })
    const lease = row === undefined ? undefined : leaseOf(row.object, this.lastHeard(node))
    if (row === undefined || lease === undefined) return undefined
    // kind and apiVersion stand first, as in what is stored.
    const { apiVersion, kind, ...rest } = lease
    const object = { kind, apiVersion, ...rest }
    return made({ ...row, resource: LEASES, namespace: LEASE_NAMESPACE, name: node, uid: lease.metadata.uid }, object)
  }
}

const isLease = ({ resource, namespace }: Key): boolean => resource === LEASES && namespace === LEASE_NAMESPACE

function made(row: Row, object: Resource): Row {
  const { resource, namespace, name, uid, version } = row
  return { resource, namespace, name, uid, version, object, json: JSON.stringify(object) }
}

function isAfter(name: string, after: Query['after']): boolean {
  if (after === undefined) return true
  return after.namespace === LEASE_NAMESPACE ? name > after.name : LEASE_NAMESPACE > after.namespace
}

const byKey = (a: Row, b: Row): number => {
  const [left, right] = [`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`]
  return left < right ? -1 : left > right ? 1 : 0
}
