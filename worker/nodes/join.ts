import type { Kind } from '../../api/kinds/kind.ts'
import { badRequest, unauthorized } from '../../api/meta/failures.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { agree, readJoinRequest, versionRefusal, WireError, type JoinAnswer, type JoinRequest } from '../../api/wire.ts'
import { createNodeToken, joinCredential, nodeCredential, useJoinToken, type JoinRecord } from '../guard/credentials.ts'
import type { Checked } from '../guard/token.ts'
import type { Dice, Registry } from '../registry/registry.ts'
import type { Tx } from '../store/store.ts'
import { KUBELET, nodeKey, nodeUser, register } from './registration.ts'

export interface JoinsWith {
  readonly registry: Registry
  readonly nodes: Kind
  readonly dice: Dice
  /** PODO_KEY, which signs credentials. */
  readonly key: string
}

/**
 * Turns a bootstrap token into a node's credential (`POST /podo/join`). The same machine may repeat it while the token
 * lives, with a fresh credential each time; nobody else may use the token, and nobody else may have the name.
 * Throws 400, 401, 403, 409 and, for a name that cannot be one, 422.
 */
export function join(tx: Tx, token: Checked, body: string, now: number, by: JoinsWith): JoinAnswer {
  const record = joinCredential(tx, token)
  if (record === undefined) throw unauthorized()
  const request = readRequest(body)
  checkToken(record, request)
  checkName(tx, request)
  const caller = { user: nodeUser(request.name), manager: KUBELET, now, warnings: [], dice: by.dice }
  const { uid } = register(tx, caller, by, request.name, request.node)
  const { name, machine } = request
  useJoinToken(tx, token, { machine, node: name })
  return { credential: createNodeToken(tx, by.key, { node: name, machine, uid }), name, uid }
}

function readRequest(body: string): JoinRequest {
  try {
    const request = readJoinRequest(body)
    const agreement = agree(request)
    if ('refused' in agreement) throw badRequest(versionRefusal(agreement.refused, request))
    return request
  } catch (error) {
    if (error instanceof WireError) throw badRequest(error.message)
    throw error
  }
}

function checkToken(record: JoinRecord, { name, machine }: JoinRequest): void {
  if (record.machine === undefined || (record.machine === machine && record.node === name)) return
  throw new StatusError(
    'Forbidden',
    `this join token was used for node "${record.node}" on machine ${record.machine}; ` +
      `machine ${machine} needs another to join as "${name}" (podo node join-command)`,
  )
}

function checkName(tx: Tx, { name, machine }: JoinRequest): void {
  const credential = nodeCredential(tx, name)
  // A credential of a Node that was deleted holds no name.
  if (credential === undefined || tx.get(nodeKey(name))?.uid !== credential.uid) return
  if (credential.machine === machine) return
  throw new StatusError(
    'Conflict',
    `node "${name}" is machine ${credential.machine}; this is machine ${machine}: ` +
      `join under another name (--name), or delete that node first (kubectl delete node ${name})`,
  )
}
