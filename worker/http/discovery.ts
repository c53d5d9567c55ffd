import { createHash } from 'node:crypto'
import type { Kind } from '../../api/kinds/kind.ts'
import type { JsonObject } from '../../api/meta/object.ts'

/**
 * Unaggregated discovery, derived from the kinds: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */

/** A resource that is served but stores nothing, or through which another is written. */
export interface Virtual {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
}

export const VIRTUAL: readonly Virtual[] = [
  {
    group: '',
    version: 'v1',
    plural: 'bindings',
    singular: 'binding',
    kind: 'Binding',
    namespaced: true,
    verbs: ['create'],
  },
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    plural: 'selfsubjectreviews',
    singular: 'selfsubjectreview',
    kind: 'SelfSubjectReview',
    namespaced: false,
    verbs: ['create'],
  },
]

const isVirtual = ({ group, plural }: Kind): boolean =>
  VIRTUAL.some((virtual) => virtual.group === group && virtual.plural === plural)

/** Groups in the order of priority that Kubernetes gives them; those that stand here not come last. */
const PRIORITY = ['', 'apps', 'events.k8s.io', 'authentication.k8s.io', 'batch', 'coordination.k8s.io']

export interface GroupVersion {
  readonly group: string
  readonly version: string
}

export function groupVersions(kinds: readonly Kind[]): GroupVersion[] {
  const found = new Map<string, GroupVersion>()
  for (const { group, version } of [...kinds, ...VIRTUAL]) found.set(`${group}/${version}`, { group, version })
  const rank = ({ group }: GroupVersion) => (PRIORITY.includes(group) ? PRIORITY.indexOf(group) : PRIORITY.length)
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
  const inside = ({ group, version }: GroupVersion) => group === of.group && version === of.version
  const stored = kinds.filter((kind) => inside(kind) && !isVirtual(kind)).flatMap(resourcesOf)
  const virtual = VIRTUAL.filter(inside).map((found) => entry(found.plural, found.singular, found, found.verbs))
  if (stored.length + virtual.length === 0) return undefined
  const resources = [...virtual, ...stored].sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1))
  const groupVersion = of.group === '' ? of.version : `${of.group}/${of.version}`
  // The core group's list carries no apiVersion, as Kubernetes' does not.
  const typeMeta = of.group === '' ? { kind: 'APIResourceList' } : { kind: 'APIResourceList', apiVersion: 'v1' }
  return { ...typeMeta, groupVersion, resources }
}

function entry(
  name: string,
  singularName: string,
  of: { namespaced: boolean; kind: string },
  verbs: readonly string[],
): JsonObject {
  return { name, singularName, namespaced: of.namespaced, kind: of.kind, verbs: [...verbs] }
}

function resourcesOf(kind: Kind): JsonObject[] {
  const main = {
    ...entry(kind.plural, kind.singular, kind, kind.verbs),
    ...(kind.shortNames === undefined ? {} : { shortNames: [...kind.shortNames] }),
    ...(kind.categories === undefined ? {} : { categories: [...kind.categories] }),
    storageVersionHash: storageVersionHash(kind),
  }
  const subresources = servedSubresources(kind).map(({ name, kind: of, group, version, verbs }) => {
    const foreign = group !== kind.group || version !== kind.version
    const {
      name: path,
      singularName,
      namespaced,
      kind: text,
      verbs: texts,
    } = entry(`${kind.plural}/${name}`, '', { namespaced: kind.namespaced, kind: of }, verbs)
    const where = foreign ? { group, version } : {}
    return { name: path, singularName, namespaced, ...where, kind: text, verbs: texts } as JsonObject
  })
  return [main, ...subresources]
}

/** The subresources of the facts that are served here. */
export const servedSubresources = (kind: Kind) =>
  (kind.subresources ?? []).filter(({ name }) => kind.rules.subresources?.includes(name) === true)

/** `discovery.StorageVersionHash`: base64 of the first eight bytes of the hash of the stored group, version and kind. */
function storageVersionHash({ group, version, kind }: Kind): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64')
}
