import {
  Path,
  type FieldError,
  duplicate,
  eachInvalid,
  invalidValue,
  notSupported,
  required,
  tooMany,
} from '../meta/field-error.ts'
import { fqdnErrors } from '../meta/domains.ts'
import { ipErrors, parseIp } from '../meta/ip.ts'
import { dnsLabelErrors, labelValueErrors, qualifiedNameErrors, subdomainName } from '../meta/names.ts'
import { labelErrors } from '../meta/selector.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { DiscoveryEndpointPort, Endpoint, EndpointHints, EndpointSlice } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { endpointIpErrors } from './endpoint-ips.ts'
import { ipWarnings } from './ip-warnings.ts'
import { same } from './same.ts'

/** EndpointSlices: pkg/registry/discovery/endpointslice and pkg/apis/discovery/validation. */

const ENDPOINTS = Path.of('endpoints')
const PORTS = Path.of('ports')
const TYPES = ['FQDN', 'IPv4', 'IPv6']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const MOST = { endpoints: 1000, addresses: 100, ports: 100, labels: 16, hints: 8 }
const HOSTNAME = 'kubernetes.io/hostname'

function typeErrors(type: string): FieldError[] {
  if (type === '') return [required('addressType')]
  return TYPES.includes(type) ? [] : [notSupported('addressType', type, TYPES)]
}

function portErrors(port: DiscoveryEndpointPort, i: number, ports: readonly DiscoveryEndpointPort[]): FieldError[] {
  const at = PORTS.index(i)
  const { name = '', protocol, appProtocol } = port
  const errors = name === '' ? [] : eachInvalid(at.child('name'), name, dnsLabelErrors(name))
  if (ports.findIndex((other) => (other.name ?? '') === name) < i) errors.push(duplicate(at.child('name'), name))
  if (protocol === undefined) errors.push(required(at.child('protocol')))
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(at.child('protocol'), protocol, PROTOCOLS))
  if (appProtocol !== undefined) {
    errors.push(...eachInvalid(at.child('appProtocol'), appProtocol, qualifiedNameErrors(appProtocol)))
  }
  return errors
}

/** The list of addresses is named where an address is of the other family. */
function addressErrors(address: string, type: string, at: Path, list: Path): FieldError[] {
  if (type === 'FQDN') return fqdnErrors(at, address)
  if (type !== 'IPv4' && type !== 'IPv6') return []
  const errors = ipErrors(at, address)
  if (errors.length > 0) return errors
  const other = `IPv${parseIp(address)?.version}` !== type
  return [
    ...(other ? [invalidValue(list, address, `must be an ${type} address`)] : []),
    ...endpointIpErrors(at, address),
  ]
}

function hintErrors(hints: EndpointHints, at: Path): FieldError[] {
  const of = (field: 'forZones' | 'forNodes', check: (name: string) => readonly string[]): FieldError[] => {
    const names = (hints[field] ?? []).map(({ name = '' }) => name)
    if (names.length > MOST.hints) return [tooMany(at.child(field), names.length, MOST.hints)]
    return names.flatMap((name, i) => {
      const here = at.child(field).index(i).child('name')
      return [...(names.indexOf(name) < i ? [duplicate(here, name)] : []), ...eachInvalid(here, name, check(name))]
    })
  }
  return [...of('forZones', labelValueErrors), ...of('forNodes', (name) => subdomainName(name, false))]
}

function endpointErrors(endpoint: Endpoint, type: string, at: Path): FieldError[] {
  const addresses = endpoint.addresses ?? []
  const { hostname, nodeName, hints, deprecatedTopology } = endpoint
  const list = at.child('addresses')
  const errors: FieldError[] = []
  if (addresses.length === 0) errors.push(required(list, 'must contain at least 1 address'))
  else if (addresses.length > MOST.addresses) errors.push(tooMany(list, addresses.length, MOST.addresses))
  errors.push(...addresses.flatMap((address, i) => addressErrors(address, type, list.index(i), list)))
  if (nodeName !== undefined) {
    errors.push(...eachInvalid(at.child('nodeName'), nodeName, subdomainName(nodeName, false)))
  }
  const topology = at.child('deprecatedTopology')
  const labels = Object.keys(deprecatedTopology ?? {}).length
  if (labels > MOST.labels) errors.push(tooMany(topology, labels, MOST.labels))
  errors.push(...labelErrors(deprecatedTopology, topology))
  if (hostname !== undefined) errors.push(...eachInvalid(at.child('hostname'), hostname, dnsLabelErrors(hostname)))
  if (hints !== undefined) errors.push(...hintErrors(hints, at.child('hints')))
  return errors
}

function errorsOf(slice: EndpointSlice, old?: EndpointSlice): FieldError[] {
  const [endpoints, ports] = [slice.endpoints ?? [], slice.ports ?? []]
  const type = slice.addressType ?? ''
  const errors = typeErrors(type)
  if (ports.length > MOST.ports) errors.push(tooMany(PORTS, ports.length, MOST.ports))
  else errors.push(...ports.flatMap(portErrors))
  // Endpoints from before the rules were tightened may stay as they are.
  if (old !== undefined && same(slice.endpoints, old.endpoints)) return errors
  if (endpoints.length > MOST.endpoints) return [...errors, tooMany(ENDPOINTS, endpoints.length, MOST.endpoints)]
  return [...errors, ...endpoints.flatMap((endpoint, i) => endpointErrors(endpoint, type, ENDPOINTS.index(i)))]
}

/**
 * `dropTopologyOnV1`: v1 clients do not set the topology of v1beta1; only the name of a node that the slice knew is read
 * out of it.
 */
function withoutTopology(slice: EndpointSlice, old?: EndpointSlice): EndpointSlice {
  if (old !== undefined && same(slice.endpoints, old.endpoints)) return slice
  const known = new Set((old?.endpoints ?? []).map(({ nodeName }) => nodeName))
  const { endpoints } = slice
  if (!endpoints?.some(({ deprecatedTopology }) => deprecatedTopology !== undefined)) return slice
  return {
    ...slice,
    endpoints: endpoints.map(({ deprecatedTopology, ...endpoint }) => {
      const node = deprecatedTopology?.[HOSTNAME]
      return node !== undefined && known.has(node) ? { ...endpoint, nodeName: node } : endpoint
    }),
  }
}

function warn(slice: EndpointSlice, old?: EndpointSlice): string[] {
  if (old !== undefined) return []
  return [
    ...(slice.addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
    ...(slice.endpoints ?? []).flatMap(({ addresses }, i) =>
      (addresses ?? []).flatMap((address, j) => ipWarnings(ENDPOINTS.index(i).child('addresses').index(j), address)),
    ),
  ]
}

export const endpointslices = declare<EndpointSlice>('endpointslices.discovery.k8s.io', {
  generationCounts: 'labels',
  prepareCreate: (slice) => withoutTopology(slice),
  prepareUpdate: (slice, old) => withoutTopology(slice, old),
  validate: (slice, { operation }) => (operation === 'create' ? errorsOf(slice) : []),
  validateUpdate: (slice, old) => [
    ...errorsOf(slice, old),
    ...(slice.addressType === old.addressType ? [] : [invalidValue('addressType', slice.addressType, IMMUTABLE)]),
  ],
  warn,
})
