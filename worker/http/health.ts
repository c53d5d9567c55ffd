import type { Hono } from 'hono'
import { methodNotAllowed } from '../../api/meta/failures.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import { bearer } from '../guard/token.ts'
import type { Api } from './api.ts'
import type { Env } from './app.ts'
import { negotiate } from './negotiate.ts'
import { indented, pageNotFound } from './plain.ts'
import { goQuery } from './query.ts'
import { parametersNotAcceptable } from './refusals.ts'
import { respondError } from './respond.ts'

/**
 * Health and version: https://kubernetes.io/docs/reference/using-api/health-checks/. Who carries no token is answered by
 * the edge alone, which then knows no more than that it runs; who carries one is answered by the object, which looks into
 * its store.
 */
const ROOTS = ['/healthz', '/livez', '/readyz'] as const

/** One thing that is looked at; throws where it is not well. */
interface Check {
  readonly name: string
  readonly look: (api: Api) => void
}
const alive = (name: string): Check => ({ name, look: () => undefined })
/** What a server that answers has proved by it. */
const EDGE: readonly Check[] = [alive('ping'), alive('log')]
const OBJECT: readonly Check[] = [
  ...EDGE,
  { name: 'etcd', look: ({ store }) => void store.get({ resource: 'namespaces', namespace: '', name: 'default' }) },
]

/** All paths of health checks, for the index. */
export const HEALTH_PATHS: readonly string[] = ROOTS.flatMap((root) => [
  root,
  ...OBJECT.map(({ name }) => `${root}/${name}`),
])

/** The Kubernetes whose contract is served, and podo's own version behind the plus. */
const VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.2+podo-0.1.0',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-11-24T00:00:00Z',
  goVersion: 'none',
  compiler: 'workerd',
  platform: 'cloudflare/workers',
}

const HEADERS = { 'cache-control': 'no-cache, private', 'x-content-type-options': 'nosniff' }

/** The answer that needs no object, or undefined: the version, and health to those who carry no token. */
export function health(request: Request, pathname: string): Response | undefined {
  const path = pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname
  const version = path === '/version'
  const root = ROOTS.find((known) => known === path)
  if (!version && root === undefined) return undefined
  if (root !== undefined && bearer(request.headers.get('authorization')) !== undefined) return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') return respondError(methodNotAllowed(), request)
  if (root !== undefined) return report(root, EDGE.map(passed), goQuery(new URL(request.url)))
  // The version is JSON and nothing else.
  if (!acceptsJson(request)) return respondError(parametersNotAcceptable(), request)
  return indented(VERSION, HEADERS)
}

function acceptsJson(request: Request): boolean {
  try {
    negotiate(request.headers.get('accept'), { views: false, only: ['json'] })
    return true
  } catch {
    return false
  }
}

/** The checks of the object, whole or one by one. */
export function healthRoutes(app: Hono<Env>, api: Api): void {
  for (const root of ROOTS) {
    app.get(root, (c) => {
      const results = OBJECT.map((check) => ({ name: check.name, ok: isWell(check, api) }))
      return report(root, results, c.get('query'))
    })
    app.get(`${root}/:check`, (c) => {
      const check = OBJECT.find(({ name }) => name === c.req.param('check'))
      if (check === undefined) return pageNotFound()
      return isWell(check, api) ? text('ok') : text('internal server error: the store does not answer\n', 500)
    })
  }
}

interface Result {
  readonly name: string
  readonly ok: boolean
}
const passed = ({ name }: Check): Result => ({ name, ok: true })

function isWell(check: Check, api: Api): boolean {
  try {
    check.look(api)
    return true
  } catch {
    return false
  }
}

/** `handleRootHealth` of k8s.io/apiserver/pkg/server/healthz, with its `?verbose` and `?exclude=`. */
function report(root: string, results: readonly Result[], query: URLSearchParams): Response {
  const excluded = new Set(query.getAll('exclude'))
  const lines = results.map(({ name, ok }) => {
    if (excluded.has(name)) return `[+]${name} excluded: ok\n`
    return ok ? `[+]${name} ok\n` : `[-]${name} failed: reason withheld\n`
  })
  const unknown = [...excluded].filter((name) => !results.some((result) => result.name === name)).sort()
  if (unknown.length > 0) {
    lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown.map(goQuote).join(',')}\n`)
  }
  const name = root.slice(1)
  const failed = results.some((result) => !result.ok && !excluded.has(result.name))
  if (failed) return text(`${lines.join('')}${name} check failed\n`, 500)
  return text(query.has('verbose') ? `${lines.join('')}${name} check passed\n` : 'ok')
}

const text = (body: string, status = 200): Response =>
  new Response(body, { status, headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' } })
