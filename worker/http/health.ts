import { methodNotAllowed } from '../../api/meta/failures.ts'
import { negotiate } from './negotiate.ts'
import { parametersNotAcceptable } from './refusals.ts'
import { respondError } from './respond.ts'

/** What is answered to everybody, by the edge alone: https://kubernetes.io/docs/reference/using-api/health-checks/ */
const CHECKS = new Set(['/livez', '/readyz', '/healthz'])

/** The Kubernetes whose contract is served, and podo's own version behind the plus. */
const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.2+podo-0.1.0',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-11-24T00:00:00Z',
  goVersion: 'none',
  compiler: 'workerd',
  platform: 'cloudflare/workers',
}

const HEADERS = { 'cache-control': 'no-cache, private', 'x-content-type-options': 'nosniff' }

/** The answer to a health or version path, or undefined where the request's path is another. */
export function health(request: Request, pathname: string): Response | undefined {
  const path = pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname
  const version = path === '/version'
  if (!version && !CHECKS.has(path)) return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') return respondError(methodNotAllowed(), request)
  // The version is JSON and nothing else.
  if (version && !acceptsJson(request)) return respondError(parametersNotAcceptable(), request)
  if (version) return Response.json(VERSION, { headers: HEADERS })
  return new Response('ok', { headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' } })
}

function acceptsJson(request: Request): boolean {
  try {
    negotiate(request.headers.get('accept'), { views: false, only: ['json'] })
    return true
  } catch {
    return false
  }
}
