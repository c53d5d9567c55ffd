import type { Kind } from '../kinds/kind.ts'
import { capital, type Operation, type Path, wordOf } from './openapi-paths.ts'

/** The paths of discovery and of the version, as the API server publishes them beside those of the resources. */
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

const read = (path: string, id: string, tag: string, answer: string): Path => {
  const get: Operation = { id, tag, answer, query: [] }
  return { path, operations: { get } }
}
const tagOf = (group: string): string => (group === '' ? 'core' : group.replace(/\.k8s\.io$/, '').replaceAll('.', ''))

/** `/apis/apps/v1/`, which lists the resources of a group and version; it stands in the document of these. */
export function resourcesPath({ group, version }: Pick<Kind, 'group' | 'version'>): Path {
  const path = group === '' ? `/api/${version}/` : `/apis/${group}/${version}/`
  const id = `get${wordOf(group)}${capital(version)}APIResources`
  return read(path, id, `${tagOf(group)}_${version}`, `${META}.APIResourceList`)
}

/** Documents of their own in /openapi/v3: `api`, `apis`, `apis/apps`, `version`; each has one path. */
export function discoveryPaths(kinds: readonly Kind[]): Map<string, Path> {
  const groups = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== '')
  return new Map([
    ['api', read('/api/', 'getCoreAPIVersions', 'core', `${META}.APIVersions`)],
    ['apis', read('/apis/', 'getAPIVersions', 'apis', `${META}.APIGroupList`)],
    ...groups.map((group): [string, Path] => [
      `apis/${group}`,
      read(`/apis/${group}/`, `get${wordOf(group)}APIGroup`, tagOf(group), `${META}.APIGroup`),
    ]),
    ['version', read('/version/', 'getCodeVersion', 'version', 'io.k8s.apimachinery.pkg.version.Info')],
  ])
}
