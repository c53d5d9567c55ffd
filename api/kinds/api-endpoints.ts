import { parseIp } from '../meta/ip.ts'
import type { Resource } from '../meta/object.ts'
import { same } from './same.ts'

/**
 * Where the API is, as objects: the Endpoints and the EndpointSlice `kubernetes` of
 * pkg/controlplane/reconcilers/endpointsadapter.go. Endpoints hold addresses only, so an API that is known by a host name
 * has none, and a slice of type FQDN.
 */
export interface ApiEndpoint {
  readonly resource: string
  readonly object: {
    readonly apiVersion: string
    readonly kind: string
    readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> }
    readonly [field: string]: unknown
  }
}

/** The Service that they belong to, and their own name. */
const NAME = 'kubernetes'
const ENDPOINTS = 'endpoints'
const SLICES = 'endpointslices.discovery.k8s.io'

const URL_PARTS = /^https:\/\/\[?(?<host>[^\]/]+?)\]?(?::(?<port>\d+))?(?:\/|$)/

/** `api` is the API's URL; where it is not known there is nothing to say. */
export function apiEndpoints(api: string | undefined): ApiEndpoint[] {
  const { host = '', port } = URL_PARTS.exec(api ?? '')?.groups ?? {}
  if (host === '') return []
  const ip = parseIp(host)
  const number = Number(port ?? 443)
  const ports = [{ name: 'https', port: number, protocol: 'TCP' }]
  const at = { name: NAME, namespace: 'default' }
  const slice: ApiEndpoint = {
    resource: SLICES,
    object: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...at, labels: { 'kubernetes.io/service-name': NAME } },
      addressType: ip === undefined ? 'FQDN' : `IPv${ip.version}`,
      endpoints: [{ addresses: [host], conditions: { ready: true } }],
      ports,
    },
  }
  if (ip === undefined) return [slice]
  const endpoints: ApiEndpoint = {
    resource: ENDPOINTS,
    object: {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...at, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: host }], ports }],
    },
  }
  return [endpoints, slice]
}

/** Whether an object tells where the API is; what else it says is left alone. */
export function tells(found: Resource, { object }: ApiEndpoint): boolean {
  const { apiVersion: _, kind: __, metadata, ...fields } = object
  const has = found as Resource & Record<string, unknown> // any kind with these fields
  const labels = Object.entries(metadata.labels)
  return (
    Object.entries(fields).every(([field, value]) => same(has[field], value)) &&
    labels.every(([key, value]) => found.metadata.labels?.[key] === value)
  )
}

/** The object with what tells where the API is. */
export const telling = (found: Resource, { object }: ApiEndpoint): Resource => ({
  ...found,
  ...object,
  metadata: { ...found.metadata, labels: { ...found.metadata.labels, ...object.metadata.labels } },
})
