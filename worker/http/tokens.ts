import { badRequest } from '../../api/meta/failures.ts'
import type { Json, JsonObject } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { createJoinToken, createUserToken, forgetExpired } from '../guard/credentials.ts'
import type { Api } from './api.ts'
import { parseBody, readBody } from './body.ts'

/**
 * `/podo/tokens` and `/podo/join-tokens`: JSON in and out, for the `podo` command. Not Kubernetes' API; who
 * reaches them is authorised by path, and by default that is `system:masters` alone.
 */
const LONGEST_TTL = 10 * 365 * 24 * 3600
const JOIN_TTL = 3600

/** Kubernetes keeps these names for itself: a user token may not pretend to be a node or a service account. */
const RESERVED = 'system:'

/** `{user, groups?, ttlSeconds?}` → 201 `{token, expires?}`. */
export async function createUserTokenRequest(api: Api, request: Request, now: number): Promise<Response> {
  const body = await read(request, ['user', 'groups', 'ttlSeconds'])
  const user = body['user']
  if (typeof user !== 'string' || user === '') throw badRequest('user: the name of a user is required')
  if (user.startsWith(RESERVED)) throw badRequest(`user: names that begin with "${RESERVED}" are Kubernetes' own`)
  const groups = groupsOf(body['groups'])
  const ttl = ttlOf(body['ttlSeconds'])
  const expires = ttl === undefined ? {} : { expires: now + ttl * 1000 }
  const token = api.store.transaction((tx) => {
    forgetExpired(tx, now)
    return createUserToken(tx, api.secrets.key, { user, groups, ...expires }, api.dice.uid())
  })
  return answer(token, expires.expires)
}

/** `{ttlSeconds?}` (an hour where it is absent) → 201 `{token, expires}`. */
export async function createJoinTokenRequest(api: Api, request: Request, now: number): Promise<Response> {
  const body = await read(request, ['ttlSeconds'])
  const expires = now + (ttlOf(body['ttlSeconds']) ?? JOIN_TTL) * 1000
  const token = api.store.transaction((tx) => {
    forgetExpired(tx, now)
    return createJoinToken(tx, api.secrets.key, expires, api.dice.uid())
  })
  return answer(token, expires)
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
    { status: 201, headers: { 'cache-control': 'no-store' } },
  )
