import type { Hono } from 'hono'
import type { Kind } from '../../api/kinds/kind.ts'
import { methodNotAllowed, unknownResource } from '../../api/meta/failures.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { aggregatedResponse, wantsAggregated } from './aggregated.ts'
import type { Api } from './api.ts'
import type { Env } from './app.ts'
import { coreVersions, group, groupList, groupVersions, resourceList } from './discovery.ts'
import { extensionAnswer } from './extension.ts'
import { HEALTH_PATHS } from './health.ts'
import { formatOf } from './negotiate.ts'
import { indented, pageNotFound } from './plain.ts'
import { respondValue } from './respond.ts'

/** Paths of the API besides the resources; whatever is not GET on them is 405. */
export function discover(app: Hono<Env>, api: Api): void {
  const { kinds } = api
  const documents: Record<string, (parameters: Record<string, string>) => Document> = {
    '/api': () => ['APIVersions', coreVersions()],
    '/api/:version': ({ version = '' }) => ['APIResourceList', resourceList(kinds, { group: '', version })],
    '/apis': () => ['APIGroupList', groupList(kinds)],
    '/apis/:group': ({ group: name = '' }) => ['APIGroup', group(kinds, name)],
    '/apis/:group/:version': ({ group: name = '', version = '' }) => [
      'APIResourceList',
      name === '' ? undefined : resourceList(kinds, { group: name, version }),
    ],
  }
  app.get('/', () => indented({ paths: pathsOf(kinds) }))
  for (const [path, document] of Object.entries(documents)) {
    const isRoot = path === '/api' || path === '/apis'
    app.get(path, (c) => {
      const request = c.req.raw
      if (isRoot && wantsAggregated(request)) return aggregatedResponse(kinds, path === '/api', request)
      const [model, value] = document(c.req.param())
      if (value !== undefined) return respondValue(model, value, formatOf(request, { views: false }))
      if (path === '/apis/:group') return pageNotFound()
      const { group: name = '', version = '' }: Record<string, string> = c.req.param()
      const elsewhere = extensionAnswer(api, name, version)
      if (elsewhere !== undefined) return elsewhere
      throw unknownResource()
    })
  }
  for (const path of ['/', ...Object.keys(documents)]) {
    app.all(path, () => {
      throw methodNotAllowed()
    })
  }
}

type Document = [model: string, value: (JsonObject & { kind: string }) | undefined]

/** Everything that is served, as `/` lists it (k8s.io/apiserver/pkg/server/routes/index.go). */
function pathsOf(kinds: readonly Kind[]): string[] {
  const versions = groupVersions(kinds).filter(({ group }) => group !== '')
  const paths = versions.flatMap(({ group, version }) => [`/apis/${group}`, `/apis/${group}/${version}`])
  return [...new Set([...PATHS, ...HEALTH_PATHS, ...paths])].sort()
}

const PATHS = [
  '/.well-known/openid-configuration',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/openid/v1/jwks',
  '/version',
]
