import * as z from 'zod/mini'
import { badRequest } from '../../api/meta/failures.ts'
import { createJoinToken, createUserToken, forgetExpired } from '../guard/credentials.ts'
import type { Api } from './api.ts'
import { parseBody, readBody } from './body.ts'

/**
 * `/podo/tokens` and `/podo/join-tokens`: JSON in and out, for the `podo` command. Not Kubernetes' API; only
 * `system:masters` reaches them, for nothing else is authorised on these paths.
 */
const SECONDS = z.int().check(z.minimum(1), z.maximum(10 * 365 * 24 * 3600))

const UserTokenRequest = z.strictObject({
  user: z.string().check(z.minLength(1), z.maxLength(253)),
  groups: z._default(z.array(z.string().check(z.minLength(1))), []),
  ttlSeconds: z.optional(SECONDS),
})
const JoinTokenRequest = z.strictObject({ ttlSeconds: z._default(SECONDS, 3600) })

async function read<T extends z.ZodMiniType>(request: Request, shape: T): Promise<z.output<T>> {
  const bytes = await readBody(request)
  let value: unknown
  try {
    value = bytes.length === 0 ? {} : parseBody(bytes, 'json').value
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error))
  }
  const read = z.safeParse(shape, value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw badRequest(`${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is not what this path takes'}`)
}

/** The prefixes that Kubernetes keeps for itself: a user token may not pretend to be a node or a service account. */
const RESERVED = 'system:'

export async function createUserTokenRequest(api: Api, request: Request, now: number): Promise<Response> {
  const { user, groups, ttlSeconds } = await read(request, UserTokenRequest)
  if (user.startsWith(RESERVED)) throw badRequest(`user: names that begin with "${RESERVED}" are Kubernetes' own`)
  const expires = ttlSeconds === undefined ? undefined : now + ttlSeconds * 1000
  const token = api.store.transaction((tx) => {
    forgetExpired(tx, now)
    const wanted = { user, groups, ...(expires === undefined ? {} : { expires }) }
    return createUserToken(tx, api.secrets.key, wanted, api.dice.uid())
  })
  return answer({ token, ...(expires === undefined ? {} : { expires: new Date(expires).toISOString() }) })
}

export async function createJoinTokenRequest(api: Api, request: Request, now: number): Promise<Response> {
  const { ttlSeconds } = await read(request, JoinTokenRequest)
  const expires = now + ttlSeconds * 1000
  const token = api.store.transaction((tx) => {
    forgetExpired(tx, now)
    return createJoinToken(tx, api.secrets.key, expires, api.dice.uid())
  })
  return answer({ token, expires: new Date(expires).toISOString() })
}

const answer = (body: object): Response =>
  Response.json(body, { status: 201, headers: { 'cache-control': 'no-store' } })
