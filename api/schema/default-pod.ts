import type { JsonObject } from '../meta/object.ts'
import { addQuantity, compareQuantity, formatQuantity, parseQuantity, type Quantity } from '../meta/quantity.ts'
import {
  ensure,
  fillFrom,
  isEmpty,
  isUnset,
  setEmpty,
  setUnset,
  structAt,
  structsAt,
  textAt,
} from './default-access.ts'

/** Steps of pods and pod templates. https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go */

/** SetDefaults_Pod: on Pod objects only, never on templates. */
export function pod(object: JsonObject): void {
  const spec = ensure(object, 'spec')
  const containers = [...structsAt(spec, 'containers'), ...structsAt(spec, 'initContainers')]
  for (const container of containers) {
    const limits = structAt(structAt(container, 'resources') ?? {}, 'limits')
    if (limits !== undefined) fillFrom(ensure(ensure(container, 'resources'), 'requests'), limits)
  }
  podResources(spec)
  setUnset(spec, 'enableServiceLinks', true)
  if (spec['hostNetwork'] !== true) return
  for (const container of containers) {
    for (const port of structsAt(container, 'ports')) setEmpty(port, 'hostPort', port['containerPort'] ?? 0)
  }
}

const isHugePage = (name: string): boolean => name.startsWith('hugepages-')
const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePage(name)

/** defaultHugePagePodLimits and defaultPodRequests: resources of the pod as a whole, where some are given. */
function podResources(spec: JsonObject): void {
  const resources = structAt(spec, 'resources')
  if (resources === undefined) return
  const given = { ...structAt(resources, 'limits'), ...structAt(resources, 'requests') }
  const sums = containerTotals(spec, 'limits')
  for (const [name, sum] of sums) {
    if (isHugePage(name) && given[name] === undefined) ensure(resources, 'limits')[name] = formatQuantity(sum)
  }
  const limits = structAt(resources, 'limits')
  if (isEmpty(limits)) return
  const requests: JsonObject = { ...structAt(resources, 'requests') }
  for (const [name, sum] of containerTotals(spec, 'requests')) {
    // Huge pages are never overcommitted, so their requests follow the limits below.
    if (isPodLevel(name) && !isHugePage(name) && requests[name] === undefined) requests[name] = formatQuantity(sum)
  }
  for (const [name, limit] of Object.entries(limits ?? {})) {
    if (isPodLevel(name) && requests[name] === undefined) requests[name] = limit
  }
  if (!isEmpty(requests)) resources['requests'] = requests
}

/** What all containers need at once: the sum with sidecars, or a single init container with the sidecars before it. */
function containerTotals(spec: JsonObject, which: 'limits' | 'requests'): Map<string, Quantity> {
  const total = new Map<string, Quantity>()
  const peak = new Map<string, Quantity>()
  const sidecars = new Map<string, Quantity>()
  const add = (to: Map<string, Quantity>, name: string, quantity: Quantity) => {
    const known = to.get(name)
    to.set(name, known === undefined ? quantity : addQuantity(known, quantity))
  }
  const listOf = (container: JsonObject) =>
    Object.entries(structAt(structAt(container, 'resources') ?? {}, which) ?? {}).map(
      ([name, text]) => [name, parseQuantity(String(text))] as const,
    )
  for (const container of structsAt(spec, 'containers')) for (const [name, q] of listOf(container)) add(total, name, q)
  for (const container of structsAt(spec, 'initContainers')) {
    const isSidecar = container['restartPolicy'] === 'Always'
    for (const [name, quantity] of listOf(container)) {
      if (isSidecar) {
        add(total, name, quantity)
        add(sidecars, name, quantity)
      }
      const before = sidecars.get(name)
      const needed = isSidecar || before === undefined ? (before ?? quantity) : addQuantity(before, quantity)
      const known = peak.get(name)
      if (known === undefined || compareQuantity(needed, known) > 0) peak.set(name, needed)
    }
  }
  for (const [name, needed] of peak) {
    const known = total.get(name)
    if (known === undefined || compareQuantity(needed, known) > 0) total.set(name, needed)
  }
  return total
}

/** Convert_v1_PodSpec: the deprecated serviceAccount mirrors serviceAccountName. */
export function podSpec(spec: JsonObject): void {
  const name = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount')
  if (name === '') return
  spec['serviceAccountName'] = name
  spec['serviceAccount'] = name
}

/** Convert_v1_PodStatus: podIP is the first of podIPs, and wins where a client sent both and they differ. */
export function podStatus(status: JsonObject): void {
  const single = textAt(status, 'podIP')
  const first = structsAt(status, 'podIPs')[0]
  if (single !== '' && first?.['ip'] !== single) status['podIPs'] = [{ ip: single }]
  else if (first !== undefined) status['podIP'] = first['ip'] ?? ''
}

export function container(object: JsonObject): void {
  setEmpty(object, 'imagePullPolicy', pullPolicyOf(textAt(object, 'image')))
}

/** No source at all means an emptyDir; an image volume has a pull policy as a container has. */
export function volume(object: JsonObject): void {
  if (Object.keys(object).every((key) => key === 'name' || isUnset(object[key]))) object['emptyDir'] = {}
  const image = structAt(object, 'image')
  if (image !== undefined) setEmpty(image, 'pullPolicy', pullPolicyOf(textAt(image, 'reference')))
}

const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const DOMAIN = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/
const TAG = /^\w[\w.-]{0,127}$/

/** Always for the tag latest, said or meant. A reference that cannot be parsed has no tag, so it is IfNotPresent. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  const [reference = '', digest] = image.split('@', 2)
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1)
  const name = colon === -1 ? reference : reference.slice(0, colon)
  const tag = colon === -1 ? (digest === undefined ? 'latest' : '') : reference.slice(colon + 1)
  return tag === 'latest' && isImageName(name) && TAG.test(tag) ? 'Always' : 'IfNotPresent'
}

/** reference.ParseNormalizedNamed: what stands before the first slash is a host if it looks like one. */
function isImageName(name: string): boolean {
  const slash = name.indexOf('/')
  const head = name.slice(0, Math.max(slash, 0))
  const isHost = /[.:]/.test(head) || head === 'localhost' || head !== head.toLowerCase()
  if (slash === -1 || !isHost) return PATH.test(name) && !/^[0-9a-f]{64}$/.test(name)
  return DOMAIN.test(head) && PATH.test(name.slice(slash + 1))
}
