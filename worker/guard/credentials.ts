import type { JsonObject } from '../../api/meta/object.ts'
import type { Caller } from '../registry/registry.ts'
import type { Tx } from '../store/store.ts'
import { check, hashOf, mint, sameSecret, type Checked } from './token.ts'

/**
 * The credentials behind tokens, kept in `tx.records` as a hash and what it stands for. One record a token; revoking is
 * deleting the record. Collections: `credentials/user`, `credentials/node`, `credentials/join`.
 */
export type User = Caller['user']

interface UserRecord {
  hash: string
  user: string
  groups: string[]
  /** Milliseconds since the epoch, as `created`, which tokens from before lists do not have. */
  expires?: number
  created?: number
}
/** A node's credential is bound to the Node object (by uid, once it exists) and to the machine that joined. */
export interface NodeRecord {
  hash: string
  node: string
  machine: string
  /** The Node's uid; the credential ends with the Node. */
  uid?: string
}
/** A bootstrap token. `machine` and `node` are set by the first join; the same machine may repeat it. */
export interface JoinRecord {
  hash: string
  expires: number
  machine?: string
  node?: string
}

const collection = (type: Checked['type']): string => `credentials/${type}`

/** Group of every authenticated user (`user.AllAuthenticated`). */
export const AUTHENTICATED = 'system:authenticated'
export const MASTERS = 'system:masters'
export const NODES = 'system:nodes'

/** Who holds PODO_ADMIN_TOKEN. */
export const ADMIN: User = { name: 'admin', groups: [MASTERS, AUTHENTICATED] }
/** Who sends no token: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests */
export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

function read(tx: Tx, checked: Checked): JsonObject | undefined {
  const text = tx.records.get(collection(checked.type), checked.id)
  if (text === undefined) return undefined
  const record: JsonObject = JSON.parse(text)
  return typeof record['hash'] === 'string' && sameSecret(record['hash'], hashOf(checked.secret)) ? record : undefined
}

// Records are written only below, so their shapes are known when they are read back.
const asUser = (record: JsonObject) => record as unknown as UserRecord
const asNode = (record: JsonObject) => record as unknown as NodeRecord
const asJoin = (record: JsonObject) => record as unknown as JoinRecord

/**
 * The user behind a token whose mac and expiry were checked, or undefined where it was revoked. Join tokens
 * authenticate nobody: they open `/podo/join` only. A node's credential ends when its Node is deleted.
 */
export function authenticate(tx: Tx, checked: Checked, _now: number): User | undefined {
  const record = read(tx, checked)
  if (record === undefined) return undefined
  switch (checked.type) {
    case 'user': {
      const { user, groups } = asUser(record)
      return { name: user, groups: [...groups, AUTHENTICATED] }
    }
    case 'node': {
      const { node, uid } = asNode(record)
      const stored = tx.get({ resource: 'nodes', namespace: '', name: node })
      if (uid !== undefined && stored?.uid !== uid) return undefined
      return { name: `system:node:${node}`, groups: [NODES, AUTHENTICATED] }
    }
    case 'join':
      return undefined
  }
}

/** Makes and stores a token of a user. Ids are random, so one user may hold many tokens. */
export function createUserToken(
  tx: Tx,
  key: string,
  wanted: { user: string; groups: string[]; expires?: number; created?: number },
  id: string,
): string {
  const { expires, created } = wanted
  const token = mint(key, expires === undefined ? { type: 'user', id } : { type: 'user', id, expires })
  store(tx, key, token, {
    user: wanted.user,
    groups: wanted.groups,
    ...(expires === undefined ? {} : { expires }),
    ...(created === undefined ? {} : { created }),
  })
  return token
}

/** A token of a user as it is listed: nothing that would let anybody in. */
export interface ListedToken {
  readonly id: string
  readonly user: string
  readonly groups: readonly string[]
  readonly created?: number
  readonly expires?: number
}

const listed = (id: string, json: string): ListedToken => {
  const { hash: _, ...rest } = asUser(JSON.parse(json))
  return { id, ...rest }
}

/** The tokens of users, by user and id. */
export const userTokens = (tx: Tx): ListedToken[] =>
  tx.records
    .all(collection('user'))
    .map(({ id, json }) => listed(id, json))
    .sort((a, b) => (`${a.user} ${a.id}` < `${b.user} ${b.id}` ? -1 : 1))

/** Ends a token of a user; undefined where there is none with this id. */
export function revokeUserToken(tx: Tx, id: string): ListedToken | undefined {
  const json = tx.records.get(collection('user'), id)
  if (json === undefined) return undefined
  tx.records.delete(collection('user'), id)
  return listed(id, json)
}

/** Makes and stores a bootstrap token that lives until `expires` (milliseconds since the epoch). */
export function createJoinToken(tx: Tx, key: string, expires: number, id: string): string {
  const token = mint(key, { type: 'join', id, expires })
  store(tx, key, token, { expires })
  return token
}

/** Makes and stores the credential of a node, in place of any that this name held before. */
export function createNodeToken(tx: Tx, key: string, bound: { node: string; machine: string; uid?: string }): string {
  const token = mint(key, { type: 'node', id: bound.node })
  store(tx, key, token, { ...bound })
  return token
}

/** What is known about the credential of this node, or undefined where it has none. */
export function nodeCredential(tx: Tx, node: string): NodeRecord | undefined {
  const text = tx.records.get(collection('node'), node)
  return text === undefined ? undefined : asNode(JSON.parse(text))
}

/** Ties a node's credential to the Node object, so that it ends with it. */
export function bindNodeCredential(tx: Tx, node: string, uid: string): void {
  const record = nodeCredential(tx, node)
  if (record !== undefined && record.uid !== uid) {
    tx.records.put(collection('node'), node, JSON.stringify({ ...record, uid }))
  }
}

export function revokeNode(tx: Tx, node: string): void {
  tx.records.delete(collection('node'), node)
}

/** The bootstrap token that was presented, or undefined where it is unknown. */
export function joinCredential(tx: Tx, checked: Checked): JoinRecord | undefined {
  if (checked.type !== 'join') return undefined
  const record = read(tx, checked)
  return record === undefined ? undefined : asJoin(record)
}

/** Notes who used a bootstrap token: from then on only the same machine may use it again. */
export function useJoinToken(tx: Tx, checked: Checked, used: { machine: string; node: string }): void {
  const record = joinCredential(tx, checked)
  if (record !== undefined && record.machine === undefined) {
    tx.records.put(collection('join'), checked.id, JSON.stringify({ ...record, ...used }))
  }
}

/** Forgets credentials whose time is over, so that the records do not grow. */
export function forgetExpired(tx: Tx, now: number): void {
  for (const type of ['user', 'join'] as const) {
    for (const { id, json } of tx.records.all(collection(type))) {
      const { expires } = JSON.parse(json) as { expires?: number } // Written by `store` below.
      if (expires !== undefined && expires <= now) tx.records.delete(collection(type), id)
    }
  }
}

function store(tx: Tx, key: string, token: string, about: JsonObject): void {
  const checked = check(key, token, 0)
  if (checked === undefined) throw new Error('a token that was just minted does not check')
  tx.records.put(collection(checked.type), checked.id, JSON.stringify({ hash: hashOf(checked.secret), ...about }))
}
