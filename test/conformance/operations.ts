import { expect } from 'vitest'
import { FACTS } from '../../api/kinds/declare.ts'
import type { ResourceFacts } from '../../api/kinds/kind.ts'
import { groupResource } from '../../api/meta/status-error.ts'
import type { TestCluster } from '../support/cluster.ts'
import { until } from '../support/docker.ts'
import { watch, type WatchEvent } from '../support/watch.ts'

/** Any object, as far as these tests look into it. */
export interface Anything {
  apiVersion?: string
  kind?: string
  metadata: {
    name: string
    namespace?: string
    uid: string
    resourceVersion: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
  }
  status?: object
  [field: string]: unknown
}
interface List {
  metadata: { resourceVersion: string }
  items: Anything[]
}

export interface Operations {
  /** `cronjobs.batch`; the preferred version of it unless `version` says otherwise. */
  readonly resource: string
  readonly version?: string
  /** An object without its metadata. `i` tells several apart. */
  readonly object: (i: number, namespace: string) => object
  /** What /status is patched and replaced with, where the kind has one. */
  readonly status?: object
  /** Names that the kind asks for. */
  readonly name?: (i: number) => string
}

const LABEL = 'special-label'

/**
 * The operations that the API tests of Kubernetes' conformance suite try on a resource, in their order (for example
 * test/e2e/network/ingress.go "should support creating Ingress API operations"): discovery, create, get, list, watch,
 * patch, update, status, delete, deletecollection.
 */
export async function allOperations(cluster: TestCluster, namespace: string, of: Operations): Promise<void> {
  const facts = factsOf(of)
  const root = facts.group === '' ? `/api/${facts.version}` : `/apis/${facts.group}/${facts.version}`
  const everywhere = `${root}/${facts.plural}`
  const base = facts.namespaced ? `${root}/namespaces/${namespace}/${facts.plural}` : everywhere
  const selected = `labelSelector=${LABEL}%3D${namespace}`
  const { api } = cluster
  await discovered(cluster, facts, root)

  const name = of.name ?? ((i: number) => `${namespace}-${facts.singular}-${i}`)
  const made: Anything[] = []
  for (const i of [0, 1, 2]) {
    const metadata = { name: name(i), labels: { [LABEL]: namespace } }
    made.push(await api.expect<Anything>('POST', base, { metadata, ...of.object(i, namespace) }))
  }
  const [first, second] = [made[0]!, made[1]!] // three were made
  const got = await api.expect<Anything>('GET', `${base}/${first.metadata.name}`)
  expect(got.metadata.uid).toBe(first.metadata.uid)
  const list = await api.expect<List>('GET', `${base}?${selected}`)
  expect(list.items.map(({ metadata }) => metadata.name).toSorted()).toEqual([0, 1, 2].map(name).toSorted())
  expect((await api.expect<List>('GET', `${everywhere}?${selected}`)).items).toHaveLength(3)

  const seen = watch(cluster, `${base}?${selected}&resourceVersion=${list.metadata.resourceVersion}`)
  try {
    await changed(cluster, `${base}/${first.metadata.name}`, of, seen.events)
    await api.expect('DELETE', `${base}/${second.metadata.name}`)
    await gone(cluster, `${base}/${second.metadata.name}`)
    await event(seen.events, 'DELETED', second.metadata.name)
    await api.expect('DELETE', `${base}?${selected}`)
    const left = async () => (await api.expect<List>('GET', `${base}?${selected}`)).items.length === 0
    await until(left, 15_000, `the ${facts.plural} are gone`)
    await event(seen.events, 'DELETED', first.metadata.name)
  } finally {
    seen.close()
  }
}

function factsOf({ resource, version }: Operations): ResourceFacts {
  const found = FACTS.find(
    (fact) => groupResource(fact.group, fact.plural) === resource && (version ?? fact.version) === fact.version,
  )
  return found ?? expect.unreachable(`there are no facts of ${resource}`)
}

async function discovered(
  { api }: TestCluster,
  { group, version, plural }: ResourceFacts,
  root: string,
): Promise<void> {
  if (group !== '') {
    const { groups } = await api.expect<{ groups: { name: string; versions: { version: string }[] }[] }>('GET', '/apis')
    const found = groups.find((of) => of.name === group)
    expect(found?.versions.map((of) => of.version)).toContain(version)
    const one = await api.expect<{ versions: { groupVersion: string }[] }>('GET', `/apis/${group}`)
    expect(one.versions.map(({ groupVersion }) => groupVersion)).toContain(`${group}/${version}`)
  }
  const { resources } = await api.expect<{ resources: { name: string; verbs: string[] }[] }>('GET', root)
  expect(resources.find((of) => of.name === plural)?.verbs).toEqual(
    expect.arrayContaining(['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']),
  )
}

/** A status as it is told: a controller may have put conditions of its own beside these. */
function told(status: object): object {
  const { conditions, ...rest } = status as { conditions?: object[] } // any status
  return conditions === undefined ? rest : { ...rest, conditions: expect.arrayContaining(conditions) }
}

/** Patch, update and the same of the status; the watch sees each. */
async function changed({ api }: TestCluster, path: string, of: Operations, seen: WatchEvent[]): Promise<void> {
  const note = async (key: string): Promise<void> => {
    const { metadata } = await api.expect<Anything>('GET', path)
    expect(metadata.annotations).toMatchObject({ [key]: 'true' })
    await until(
      async () => seen.some(({ type, object }) => type === 'MODIFIED' && annotationOf(object, key) === 'true'),
      10_000,
      `the watch sees ${key}`,
    )
  }
  await mergePatch(api, path, { metadata: { annotations: { patched: 'true' } } })
  await note('patched')
  const latest = await api.expect<Anything>('GET', path)
  latest.metadata.annotations = { ...latest.metadata.annotations, updated: 'true' }
  await api.expect('PUT', path, latest)
  await note('updated')
  if (of.status === undefined) return
  expect(await api.expect<Anything>('GET', `${path}/status`)).toMatchObject({ metadata: { uid: latest.metadata.uid } })
  const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status: of.status }
  expect(await mergePatch(api, `${path}/status`, patch)).toMatchObject({ status: told(of.status) })
  await note('patchedstatus')
  const again = await api.expect<Anything>('GET', path)
  again.metadata.annotations = { ...again.metadata.annotations, updatedstatus: 'true' }
  const put = await api.expect<Anything>('PUT', `${path}/status`, again)
  expect(put).toMatchObject({ status: told(of.status) })
  await note('updatedstatus')
}

const annotationOf = (object: object, key: string): string | undefined =>
  (object as Anything).metadata.annotations?.[key] // every object of the API has metadata

/** A merge patch; the client sends JSON with the type that is asked for. */
export async function mergePatch(api: TestCluster['api'], path: string, patch: object): Promise<Anything> {
  const answer = await api.call('PATCH', path, patch, undefined, 'application/merge-patch+json')
  expect(answer).toMatchObject({ code: 200 })
  return answer.body as Anything // an object, for the code is 200
}

export async function gone({ api }: TestCluster, path: string): Promise<void> {
  await until(async () => (await api.call('GET', path)).code === 404, 15_000, `${path} is gone`)
}

async function event(seen: readonly WatchEvent[], type: string, name: string): Promise<void> {
  const found = async () => seen.some((of) => of.type === type && of.object.metadata.name === name)
  await until(found, 10_000, `the watch sees ${name} ${type}`)
}
