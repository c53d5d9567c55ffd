import { Hono } from 'hono'
import { unknownResource } from '../../api/meta/failures.ts'
import type { Caller } from '../registry/registry.ts'
import { type Api, callerOf } from './api.ts'
import { audited } from './audited.ts'
import { actingAs, permit, whoIs } from './authentication.ts'
import { discover } from './discovery-routes.ts'
import { fieldManagerOf } from './field-manager.ts'
import { extensionAnswer } from './extension.ts'
import { health, healthRoutes } from './health.ts'
import { measured, metricsResponse } from './measure.ts'
import { issuerDocument } from './issuer.ts'
import { openapi } from './openapi.ts'
import { pageNotFound } from './plain.ts'
import { goQuery } from './query.ts'
import type { User } from '../guard/credentials.ts'
import { type RequestInfo, requestInfo } from '../guard/request-info.ts'
import { askerOf, quotaRequest, ration } from './quota.ts'
import { onResource } from './resources.ts'
import { respondError } from './respond.ts'
import { tokenRoutes } from './tokens.ts'

export interface Env {
  Variables: { info: RequestInfo; caller: Caller; query: URLSearchParams; self: User; user: User }
}

/** The Kubernetes API of one cluster: authentication, authorisation, then what the path names. */
export function makeApp(api: Api): Hono<Env> {
  const app = new Hono<Env>({ strict: false })
  app.onError((error, c) => respondError(error, c.req.raw, c.get('caller')?.warnings, api.log))
  app.use((c, next) => audited(api, c, next))
  app.use((c, next) => measured(api, c, next))
  app.use(async (c, next) => {
    const url = new URL(c.req.url)
    const answer = health(c.req.raw, url.pathname)
    if (answer !== undefined) return answer
    const query = goQuery(url)
    const now = api.now()
    const info = requestInfo(c.req.method, url.pathname, query)
    c.set('info', info)
    const self = whoIs(api, c.req.raw.headers, now)
    c.set('self', self)
    const user = actingAs(api, self, info, c.req.raw.headers)
    c.set('user', user)
    permit(api, user, info)
    ration(api, user, info, now)
    c.set('query', query)
    c.set('caller', callerOf(api, user, now, fieldManagerOf(query, c.req.header('user-agent'))))
    const leave = api.gate.enter(c.req.raw, askerOf(user), now)
    try {
      return await next()
    } finally {
      leave()
    }
  })
  discover(app, api)
  healthRoutes(app, api)
  openapi(app, api.kinds)
  tokenRoutes(app, api)
  app.get('/metrics', () => metricsResponse(api.metrics))
  app.get('/podo/quota', () => quotaRequest(api))
  for (const path of ['/.well-known/openid-configuration', '/openid/v1/jwks']) {
    app.get(path, (c) => issuerDocument(api.secrets, 'GET', new URL(c.req.url)) ?? pageNotFound())
  }
  app.all('*', (c) => {
    const info = c.get('info')
    if (!info.isResourceRequest) {
      if (/^\/apis?(\/|$)/.test(info.path)) throw unknownResource()
      return pageNotFound()
    }
    const local = api.kinds.some(({ group, version }) => group === info.group && version === info.version)
    const elsewhere = local ? undefined : extensionAnswer(api, info.group, info.version)
    return elsewhere ?? onResource(api, c.req.raw, c.get('query'), info, c.get('caller'))
  })
  return app
}
