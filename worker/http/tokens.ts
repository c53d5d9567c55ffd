import type { Hono } from 'hono'
import { kindOfResource } from '../../api/kinds/index.ts'
import { badRequest, notFound } from '../../api/meta/failures.ts'
import type { Json, JsonObject } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { bootstrapSecret } from '../guard/bootstrap-token.ts'
import { BOOTSTRAP_TYPE } from '../guard/bootstrap-user.ts'
import {
  createJoinToken,
  createUserToken,
  forgetExpired,
  type ListedToken,
  revokeUserToken,
  userTokens,
} from '../guard/credentials.ts'
import type { Caller, Draft } from '../registry/registry.ts'
import type { Api } from './api.ts'
import type { Env } from './app.ts'
import { parseBody, readBody } from './body.ts'

/**
 * `/podo/tokens`, `/podo/join-tokens` and `/podo/bootstrap-tokens`: JSON in and out, for the `podo` command. Not Kubernetes' API; who
 * reaches them is authorised by path, and by default that is `system:masters` alone.
 */
const LONGEST_TTL = 10 * 365 * 24 * 3600
const JOIN_TTL = 3600

/** Kubernetes keeps these names for itself: a user token may not pretend to be a node or a service account. */
const RESERVED = 'system:'

/** `{user, groups?, ttlSeconds?}` → 201 `{token, expires?}`. */
async function createUserTokenRequest(api: Api, request: Request, now: number): Promise<Response> {
  const body = await read(request, ['user', 'groups', 'ttlSeconds'])
  const user = body['user']
  if (typeof user !== 'string' || user === '') throw badRequest('user: the name of a user is required')
  if (user.startsWith(RESERVED)) throw badRequest(`user: names that begin with "${RESERVED}" are Kubernetes' own`)
  const groups = groupsOf(body['groups'])
  const ttl = ttlOf(body['ttlSeconds'])
  const expires = ttl === undefined ? {} : { expires: now + ttl * 1000 }
  const token = api.store.transaction((tx) => {
    forgetExpired(tx, now)
    return createUserToken(tx, api.secrets.key, { user, groups, created: now, ...expires }, api.dice.uid())
  })
  return answer(token, expires.expires)
}

/** `{ttlSeconds?}` (an hour where it is absent) → 201 `{token, expires}`. */
async function createJoinTokenRequest(api: Api, request: Request, now: number): Promise<Response> {
  const body = await read(request, ['ttlSeconds'])
  const expires = now + (ttlOf(body['ttlSeconds']) ?? JOIN_TTL) * 1000
  const token = api.store.transaction((tx) => {
    forgetExpired(tx, now)
    return createJoinToken(tx, api.secrets.key, expires, api.dice.uid())
  })
  return answer(token, expires)
}

/** → 200 `{items: [{id, user, groups, created?, expires?}]}`, without what would let anybody in. */
function listUserTokens(api: Api, now: number): Response {
  const items = api.store.transaction(userTokens).filter(({ expires }) => expires === undefined || expires > now)
  return Response.json({ items: items.map(shown) }, { headers: UNCACHED })
}

/** → 200 the token that was ended, as it is listed; 404 where there is none. */
function revokeRequest(api: Api, id: string): Response {
  const revoked = api.store.transaction((tx) => revokeUserToken(tx, id))
  if (revoked === undefined) throw notFound('tokens', id)
  return Response.json(shown(revoked), { headers: UNCACHED })
}

const shown = ({ created, expires, ...rest }: ListedToken): object => ({
  ...rest,
  ...(created === undefined ? {} : { created: new Date(created).toISOString() }),
  ...(expires === undefined ? {} : { expires: new Date(expires).toISOString() }),
})

const BOOTSTRAP_GROUP = 'system:bootstrappers:'
const BOOTSTRAP_TTL = 24 * 3600

/** `{groups?, ttlSeconds?}` (a day where it is absent) → 201 `{token, expires}`: a Secret of kube-system holds it. */
async function createBootstrapTokenRequest(api: Api, request: Request, caller: Caller): Promise<Response> {
  const body = await read(request, ['groups', 'ttlSeconds'])
  const groups = groupsOf(body['groups'])
  const odd = groups.find((group) => !group.startsWith(BOOTSTRAP_GROUP))
  if (odd !== undefined) throw badRequest(`groups: ${JSON.stringify(odd)} does not begin with "${BOOTSTRAP_GROUP}"`)
  const expires = caller.now + (ttlOf(body['ttlSeconds']) ?? BOOTSTRAP_TTL) * 1000
  const id = api.dice.suffix(6)
  const kind = kindOfResource('secrets')
  if (kind === undefined) throw new Error('the kind of secrets is not declared')
  const stringData = {
    'token-id': id,
    expiration: rfc3339(expires),
    'usage-bootstrap-authentication': 'true',
    'usage-bootstrap-signing': 'true',
    ...(groups.length === 0 ? {} : { 'auth-extra-groups': groups.join(',') }),
  }
  const head = { apiVersion: 'v1', kind: 'Secret', type: BOOTSTRAP_TYPE, metadata: { name: `bootstrap-token-${id}` } }
  const secret: Draft & { stringData: object } = { ...head, stringData }
  api.store.transaction((tx) => void api.registry.create(tx, caller, kind, 'kube-system', secret))
  return answer(`${id}.${bootstrapSecret(api.secrets.key, id)}`, expires)
}

const UNCACHED = { 'cache-control': 'no-store' }

/** The routes of this file. */
export function tokenRoutes(app: Hono<Env>, api: Api): void {
  app.get('/podo/tokens', (c) => listUserTokens(api, c.get('caller').now))
  app.post('/podo/tokens', (c) => createUserTokenRequest(api, c.req.raw, c.get('caller').now))
  app.delete('/podo/tokens/:id', (c) => revokeRequest(api, c.req.param('id')))
  app.post('/podo/join-tokens', (c) => createJoinTokenRequest(api, c.req.raw, c.get('caller').now))
  app.post('/podo/bootstrap-tokens', (c) => createBootstrapTokenRequest(api, c.req.raw, c.get('caller')))
}

async function read(request: Request, known: readonly string[]): Promise<JsonObject> {
  const bytes = await readBody(request)
  let value: Json
  try {
    value = bytes.length === 0 ? {} : parseBody(bytes, 'json').value
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error))
  }
  if (!isJsonObject(value)) throw badRequest('the body must be a JSON object')
  const unknown = Object.keys(value).find((field) => !known.includes(field))
  if (unknown !== undefined) throw badRequest(`unknown field ${JSON.stringify(unknown)}`)
  return value
}

function groupsOf(given: Json | undefined): string[] {
  if (given === undefined) return []
  const isGroup = (item: Json): item is string => typeof item === 'string' && item !== ''
  if (!Array.isArray(given) || !given.every(isGroup)) throw badRequest('groups: a list of names is required')
  return given
}

function ttlOf(given: Json | undefined): number | undefined {
  if (given === undefined) return undefined
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= LONGEST_TTL) return given
  throw badRequest(`ttlSeconds: must be between 1 and ${LONGEST_TTL}, inclusive`)
}

const answer = (token: string, expires: number | undefined): Response =>
  Response.json(
    { token, ...(expires === undefined ? {} : { expires: new Date(expires).toISOString() }) },
    { status: 201, headers: UNCACHED },
  )
