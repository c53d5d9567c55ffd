import { isDeleting, type Resource } from '../../api/meta/object.ts'
import { parseTime } from '../../api/meta/time.ts'
import type { Reader } from '../store/store.ts'
import { type AccountIdentity, LEEWAY_SECONDS, type ObjectRef, usernameOf } from './account-token.ts'
import { AUTHENTICATED, type User } from './credentials.ts'

/** `serviceaccount.MakeGroupNames`, and what every authenticated user is a member of. */
export const accountGroups = (namespace: string): string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
  AUTHENTICATED,
]

const EXTRA = 'authentication.kubernetes.io/'

/** Keys of a user's extra fields (k8s.io/apiserver/pkg/authentication/serviceaccount). */
export const POD_NAME = `${EXTRA}pod-name`
export const POD_UID = `${EXTRA}pod-uid`
export const NODE_NAME = `${EXTRA}node-name`
export const NODE_UID = `${EXTRA}node-uid`
export const CREDENTIAL_ID = `${EXTRA}credential-id`

/**
 * The user behind a token whose signature and times were checked, or undefined where the account or what the token is
 * bound to is gone, is another, or has been going for longer than the leeway: `validator.Validate` of pkg/serviceaccount.
 * `token` is the text itself, which a legacy token's Secret must hold. `now` is in milliseconds.
 */
export function accountUser(reader: Reader, identity: AccountIdentity, token: string, now: number): User | undefined {
  const { namespace, account, pod, node, secret } = identity
  const lives = (resource: string, where: string, ref: ObjectRef): boolean =>
    isLiving(reader.get({ resource, namespace: where, name: ref.name })?.object, ref.uid, now)
  if (!lives('serviceaccounts', namespace, account)) return undefined
  if (pod !== undefined && !lives('pods', namespace, pod)) return undefined
  if (node !== undefined && pod === undefined && !lives('nodes', '', node)) return undefined
  if (secret !== undefined && !holds(reader, namespace, secret, token, now)) return undefined
  const extra: Record<string, string[]> = {
    ...(identity.id === undefined ? {} : { [CREDENTIAL_ID]: [`JTI=${identity.id}`] }),
    ...(node === undefined ? {} : { [NODE_NAME]: [node.name], [NODE_UID]: [node.uid] }),
    ...(pod === undefined ? {} : { [POD_NAME]: [pod.name], [POD_UID]: [pod.uid] }),
  }
  return {
    name: usernameOf(namespace, account.name),
    uid: account.uid,
    groups: accountGroups(namespace),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

function isLiving(object: Resource | undefined, uid: string, now: number): object is Resource {
  if (object === undefined || object.metadata.uid !== uid) return false
  return !isDeleting(object) || parseTime(object.metadata.deletionTimestamp ?? '') >= now - LEEWAY_SECONDS * 1000
}

/** A bound Secret must exist; that of a legacy token must hold this token besides (legacyValidator.Validate). */
function holds(reader: Reader, namespace: string, { name, uid }: ObjectRef, token: string, now: number): boolean {
  const object = reader.get({ resource: 'secrets', namespace, name })?.object
  if (uid !== '') return isLiving(object, uid, now)
  if (object === undefined || !isLiving(object, object.metadata.uid, now)) return false
  const { data } = object as Resource & { data?: Record<string, string> } // the key names a Secret
  return Buffer.from(data?.['token'] ?? '', 'base64').toString('utf8') === token
}
