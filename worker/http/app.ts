import { Hono } from 'hono'
import { methodNotAllowed, unknownResource } from '../../api/meta/failures.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import type { Caller } from '../registry/registry.ts'
import { type Api, callerOf } from './api.ts'
import { actingAs, permit, whoIs } from './authentication.ts'
import { coreVersions, group, groupList, resourceList } from './discovery.ts'
import { health } from './health.ts'
import { formatOf } from './negotiate.ts'
import { openapiV2Response, openapiV3IndexResponse, openapiV3Response } from './openapi.ts'
import { goQuery } from './query.ts'
import { type RequestInfo, requestInfo } from '../guard/request-info.ts'
import { onResource } from './resources.ts'
import { respondError, respondValue } from './respond.ts'
import { createJoinTokenRequest, createUserTokenRequest } from './tokens.ts'

interface Env {
  Variables: { info: RequestInfo; caller: Caller; query: URLSearchParams }
}

/** The Kubernetes API of one cluster: authentication, authorisation, then what the path names. */
export function makeApp(api: Api): Hono<Env> {
  const app = new Hono<Env>({ strict: false })
  app.onError((error, c) => respondError(error, c.req.raw, c.get('caller')?.warnings, api.log))
  app.use(async (c, next) => {
    const url = new URL(c.req.url)
    const answer = health(c.req.raw, url.pathname)
    if (answer !== undefined) return answer
    const query = goQuery(url)
    const now = api.now()
    const info = requestInfo(c.req.method, url.pathname, query)
    const user = actingAs(api, whoIs(api, c.req.raw.headers, now), info, c.req.raw.headers)
    permit(api, user, info)
    c.set('info', info)
    c.set('query', query)
    c.set('caller', callerOf(api, user, now))
    return next()
  })
  discover(app, api)
  app.get('/openapi/v2', (c) => openapiV2Response(api.kinds, c.req.header('accept') ?? null))
  app.get('/openapi/v3', () => openapiV3IndexResponse(api.kinds))
  app.get('/openapi/v3/*', (c) => openapiV3Response(api.kinds, c.req.path.slice('/openapi/v3/'.length)))
  app.post('/podo/tokens', (c) => createUserTokenRequest(api, c.req.raw, c.get('caller').now))
  app.post('/podo/join-tokens', (c) => createJoinTokenRequest(api, c.req.raw, c.get('caller').now))
  app.all('*', (c) => {
    const info = c.get('info')
    if (!info.isResourceRequest) {
      if (/^\/apis?(\/|$)/.test(info.path)) throw unknownResource()
      return pageNotFound()
    }
    return onResource(api, c.req.raw, c.get('query'), info, c.get('caller'))
  })
  return app
}

/** Paths of the API besides the resources; whatever is not GET on them is 405. */
function discover(app: Hono<Env>, api: Api): void {
  const documents: Record<string, (parameters: Record<string, string>) => Document> = {
    '/': () => ['', { kind: '', paths: PATHS }],
    '/api': () => ['APIVersions', coreVersions()],
    '/api/:version': ({ version = '' }) => ['APIResourceList', resourceList(api.kinds, { group: '', version })],
    '/apis': () => ['APIGroupList', groupList(api.kinds)],
    '/apis/:group': ({ group: name = '' }) => ['APIGroup', group(api.kinds, name)],
    '/apis/:group/:version': ({ group: name = '', version = '' }) => [
      'APIResourceList',
      name === '' ? undefined : resourceList(api.kinds, { group: name, version }),
    ],
  }
  for (const [path, document] of Object.entries(documents)) {
    app.get(path, (c) => {
      const [model, value] = document(c.req.param())
      if (value === undefined) {
        if (path === '/apis/:group') return pageNotFound()
        throw unknownResource()
      }
      if (path === '/') return Response.json({ paths: PATHS })
      return respondValue(model, value, formatOf(c.req.raw, { views: false }))
    })
    app.all(path, () => {
      throw methodNotAllowed()
    })
  }
}

type Document = [model: string, value: (JsonObject & { kind: string }) | undefined]

/** What net/http answers where nothing is registered. */
const pageNotFound = (): Response =>
  new Response('404 page not found\n', { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } })

const PATHS = ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version']
