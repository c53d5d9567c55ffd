import type { Context, Next } from 'hono'
import { StatusError } from '../../api/meta/status-error.ts'
import { type Answered, isAudited, lineOf } from '../audit/audit.ts'
import type { Api } from './api.ts'
import type { Env } from './app.ts'

/** Middleware: writes the audit's line of the request once it is answered, whoever answered it. */
export async function audited(api: Api, c: Context<Env>, next: Next): Promise<void> {
  const received = api.now()
  await next()
  const { verb = c.req.method.toLowerCase() } = c.get('info') ?? {}
  const code = c.res.status
  if (!isAudited(api.audit.level, { verb, code })) return
  api.audit.write(lineOf({ ...sentBy(c.req.raw), ...known(c), verb, code, received, ended: api.now() }))
}

/** Of a request as it came. Cloudflare says where from in a header; its id is that of Cloudflare's own logs. */
export const sentBy = (request: Request): Pick<Answered, 'id' | 'path' | 'userAgent' | 'address'> => ({
  id: request.headers.get('audit-id') ?? request.headers.get('cf-ray') ?? '',
  path: new URL(request.url).pathname.replace(/^(\/podo\/streams\/).*/, '$1…'),
  userAgent: request.headers.get('user-agent'),
  address: request.headers.get('cf-connecting-ip'),
})

/** What was found out before the request was answered or refused. */
function known(c: Context<Env>): Pick<Answered, 'user' | 'actedAs' | 'object' | 'reason' | 'notes'> {
  const info = c.get('info')
  const { self, user } = { self: c.get('self'), user: c.get('user') }
  return {
    ...(self === undefined ? {} : { user: self }),
    ...(user === undefined || user === self ? {} : { actedAs: user }),
    ...(info?.isResourceRequest === true ? { object: info } : {}),
    ...(c.get('caller')?.notes === undefined ? {} : { notes: c.get('caller').notes }),
    ...(c.error instanceof StatusError && c.error.reason !== '' ? { reason: c.error.reason } : {}),
  }
}
