import { createHash } from 'node:crypto'
import { FACTS, resourceOf } from '../../api/kinds/declare.ts'
import type { Kind, ResourceFacts } from '../../api/kinds/kind.ts'
import type { JsonObject } from '../../api/meta/object.ts'

/**
 * What is served, group by group and version by version, and the unaggregated discovery documents of it:
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */

/** Resources that are served but store nothing, or through which another is written. */
export const WITHOUT_STORAGE = [
  'bindings',
  'selfsubjectreviews.authentication.k8s.io',
  'tokenreviews.authentication.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
] as const

export const VIRTUAL: readonly (ResourceFacts & { readonly resource: (typeof WITHOUT_STORAGE)[number] })[] =
  FACTS.flatMap((facts) => {
    const resource = WITHOUT_STORAGE.find((name) => name === resourceOf(facts))
    return resource === undefined ? [] : [{ ...facts, resource }]
  })

export interface GroupVersion {
  readonly group: string
  readonly version: string
}

/** One resource as discovery tells of it, with the subresources that are served. */
export interface Served extends ResourceFacts {
  readonly subresources: NonNullable<ResourceFacts['subresources']>
  readonly stored: boolean
}

const inside =
  (of: GroupVersion) =>
  ({ group, version }: GroupVersion): boolean =>
    group === of.group && version === of.version

/** What is served of a group and version, in the order of names. */
export function servedOf(kinds: readonly Kind[], of: GroupVersion): Served[] {
  const isVirtual = ({ plural }: ResourceFacts) => VIRTUAL.some((known) => inside(of)(known) && known.plural === plural)
  const stored = kinds
    .filter((kind) => inside(of)(kind) && !isVirtual(kind))
    .map((kind) => ({ ...kind, subresources: servedSubresources(kind), stored: true }))
  const virtual = VIRTUAL.filter(inside(of)).map((facts) => ({ ...facts, subresources: [], stored: false }))
  return [...virtual, ...stored].sort((a, b) => (a.plural < b.plural ? -1 : 1))
}

/** The subresources of the facts that are served here. */
export const servedSubresources = (kind: Kind): NonNullable<ResourceFacts['subresources']> =>
  (kind.subresources ?? []).filter(({ name }) => kind.rules.subresources?.includes(name) === true)

/** All groups and versions, in Kubernetes' order of priority, which is that of the facts. */
export function groupVersions(kinds: readonly Kind[]): GroupVersion[] {
  const found = new Map<string, GroupVersion>()
  for (const { group, version } of [...kinds, ...VIRTUAL]) found.set(`${group}/${version}`, { group, version })
  const rank = (of: GroupVersion) => FACTS.findIndex(inside(of))
  return [...found.values()].sort((a, b) => rank(a) - rank(b))
}

/** GET /api. Clients know the server's address already, so none is offered. */
export const coreVersions = (): JsonObject & { kind: string } => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [],
})

function groupOf(group: string, versions: readonly GroupVersion[]): JsonObject {
  const texts = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions: texts, preferredVersion: texts[0] ?? null }
}

/** GET /apis. */
export function groupList(kinds: readonly Kind[]): JsonObject & { kind: string } {
  const all = groupVersions(kinds).filter(({ group }) => group !== '')
  const groups = [...new Set(all.map(({ group }) => group))]
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map((name) =>
      groupOf(
        name,
        all.filter(({ group }) => group === name),
      ),
    ),
  }
}

/** GET /apis/GROUP; undefined where no such group is served. */
export function group(kinds: readonly Kind[], name: string): (JsonObject & { kind: string }) | undefined {
  const versions = groupVersions(kinds).filter((found) => found.group === name)
  if (name === '' || versions.length === 0) return undefined
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(name, versions) }
}

/** GET /api/v1, /apis/GROUP/VERSION; undefined where nothing of it is served. */
export function resourceList(kinds: readonly Kind[], of: GroupVersion): (JsonObject & { kind: string }) | undefined {
  const resources = servedOf(kinds, of).flatMap(entries)
  if (resources.length === 0) return undefined
  const groupVersion = of.group === '' ? of.version : `${of.group}/${of.version}`
  // The core group's list carries no apiVersion, as Kubernetes' does not.
  const typeMeta = of.group === '' ? { kind: 'APIResourceList' } : { kind: 'APIResourceList', apiVersion: 'v1' }
  return { ...typeMeta, groupVersion, resources }
}

/** metav1.APIResource of a resource and of its subresources. */
function entries(served: Served): JsonObject[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, group, version } = served
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: [...verbs],
    ...(shortNames === undefined ? {} : { shortNames: [...shortNames] }),
    ...(categories === undefined ? {} : { categories: [...categories] }),
    ...(isListed(served) ? { storageVersionHash: storageVersionHash(served) } : {}),
  }
  const subresources = served.subresources.map((sub) => ({
    name: `${plural}/${sub.name}`,
    singularName: '',
    namespaced,
    ...(sub.group === group && sub.version === version ? {} : { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: [...sub.verbs],
  }))
  return [main, ...subresources]
}

/** Whether the resource lies in the store, where its watches come from: component statuses do not. */
const isListed = ({ stored, verbs }: Served): boolean => stored && verbs.includes('watch')

/** Resources that Kubernetes stores in another group or version than the one that it prefers to serve. */
const STORED_AS: Readonly<Record<string, string>> = {
  'events.events.k8s.io': '/v1/Event',
  'horizontalpodautoscalers.autoscaling': 'autoscaling/v2/HorizontalPodAutoscaler',
  'mutatingadmissionpolicies.admissionregistration.k8s.io':
    'admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicy',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io':
    'admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicyBinding',
}

/** `discovery.StorageVersionHash`: base64 of the first eight bytes of the hash of the stored group, version and kind. */
function storageVersionHash(facts: ResourceFacts): string {
  const stored = STORED_AS[resourceOf(facts)] ?? `${facts.group}/${facts.version}/${facts.kind}`
  return createHash('sha256').update(stored).digest().subarray(0, 8).toString('base64')
}
