import { badRequest, notFound } from '../../api/meta/failures.ts'
import { parseIp } from '../../api/meta/ip.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import type { Resource } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { EndpointSlice, Pod, Service } from '../../api/schema/types.generated.ts'
import { checkNode, containerOf } from '../streams/open.ts'
import type { Call } from './api.ts'

/**
 * `nodes/proxy`, `services/proxy`, `pods/proxy`, `pods/attach`, `pods/portforward`: what they are about is looked up as
 * kube-apiserver does (the ResourceLocation of each registry, in its words), and then they are refused by name, since podo
 * has no way to carry them yet.
 */
export function proxy(call: Call): never {
  const { plural } = call.kind
  const locate = call.info.subresource === 'proxy' ? LOCATE[plural] : hostOf
  locate?.(call)
  throw notCarried(`${plural}/${call.info.subresource}`)
}

const notCarried = (what: string): StatusError => new StatusError('', `podo does not carry ${what} yet`, {}, 501)

/** `SplitSchemeNamePort`: `name`, `name:port` or `scheme:name:port`. */
function split(id: string, kind: string): { name: string; port: string } {
  const parts = id.split(':')
  const [scheme = '', name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts]
  if (parts.length > 3 || name === '' || !['', 'http', 'https'].includes(scheme)) {
    throw badRequest(`invalid ${kind} request ${goQuote(id)}`)
  }
  return { name, port }
}

function find<T extends Resource>({ api, info }: Call, resource: string, name: string): T {
  const namespace = resource === 'nodes' ? '' : info.namespace
  const row = api.reader.get({ resource, namespace, name })
  if (row === undefined) throw notFound(resource, name)
  return row.object as T // the resource names the kind
}

/** pkg/registry/core/pod: a Pod without an address, or with one that is none of a Pod, is not reached. */
function locatePod(call: Call): void {
  const { name } = split(call.info.name, 'pod')
  const ip = parseIp(find<Pod>(call, 'pods', name).status?.podIP ?? '')
  if (ip === undefined) throw badRequest('address not allowed')
}

function locateNode(call: Call): void {
  const { name } = split(call.info.name, 'node')
  checkNode(call.api.reader, name)
}

const unavailable = (why: string): StatusError => new StatusError('ServiceUnavailable', why)

/** pkg/registry/core/service/storage: the port by name or number, then an endpoint that has it. */
function locateService(call: Call): void {
  const { name, port } = split(call.info.name, 'service')
  const { spec } = find<Service>(call, 'services', name)
  const number = /^\d+$/.test(port) ? Number(port) : undefined
  const numbered = (spec.ports ?? []).find((one) => one.port === number)
  if (number !== undefined && numbered === undefined) {
    throw unavailable(`no service port ${number} found for service ${goQuote(name)}`)
  }
  const wanted = number === undefined ? port : (numbered?.name ?? '')
  const slices = call.api.reader
    .list({ resource: 'endpointslices.discovery.k8s.io', namespace: call.info.namespace })
    .map((row) => row.object as EndpointSlice) // what the resource holds
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
  const ready = slices.some(
    ({ ports, endpoints }) =>
      (ports ?? []).some((one) => (one.name ?? '') === wanted) &&
      (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false),
  )
  if (!ready) throw unavailable(`no endpoints available for service ${goQuote(call.info.name)}`)
}

/** The node of a Pod that a stream leads to (streamLocation of pkg/registry/core/pod). */
function hostOf(call: Call): void {
  const { name } = call.info
  const pod = find<Pod>(call, 'pods', name)
  if (call.info.subresource === 'attach') containerOf(pod, call.query.get('container') ?? '')
  const node = pod.spec.nodeName ?? ''
  if (node === '') throw badRequest(`pod ${name} does not have a host assigned`)
  checkNode(call.api.reader, node)
}

const LOCATE: Readonly<Record<string, (call: Call) => void>> = {
  pods: locatePod,
  nodes: locateNode,
  services: locateService,
}
