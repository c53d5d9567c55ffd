import { isDeleting } from '../../api/meta/object.ts'
import { encodeBase64, utf8 } from '../../api/schema/base64.ts'
import type { Secret, ServiceAccount } from '../../api/schema/types.generated.ts'
import { type Change, type Controller, keyOf } from './controller.ts'
import { PUBLIC_ROOTS } from './public-roots.ts'

const TYPE = 'kubernetes.io/service-account-token'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'

const text = (value: string): string => encodeBase64(utf8(value))

/** Signs the token of an account in the Secret of that name; it has no end and is checked against the Secret. */
export type SignToken = (namespace: string, account: { name: string; uid: string }, secret: string) => string

/**
 * Secrets of type kubernetes.io/service-account-token hold a token of their account, and go with it:
 * pkg/controller/serviceaccount/tokens_controller.go. `ca` is PEM, as in `root-ca.ts`; without `sign` they stay as they are.
 */
export function tokenSecrets(ca: string, sign?: SignToken): Controller<Secret> {
  const roots = text(ca === '' ? PUBLIC_ROOTS : ca)
  return {
    name: 'tokens-controller',
    resource: 'secrets',
    concerns: ({ type, after }) => type !== 'DELETED' && after.type === TYPE,
    wakes: {
      serviceaccounts: ({ type, key }, view) =>
        type === 'MODIFIED'
          ? []
          : view
              .list<Secret>('secrets', key.namespace)
              .filter((secret) => secret.type === TYPE && secret.metadata.annotations?.[NAME] === key.name)
              .map((secret) => keyOf('secrets', secret)),
    },
    reconcile(secret, view): Change[] {
      const { name, namespace = '', annotations = {} } = secret.metadata
      if (secret.type !== TYPE || isDeleting(secret)) return []
      const account = view.get<ServiceAccount>('serviceaccounts', namespace, annotations[NAME] ?? '')
      if (account === undefined || (annotations[UID] !== undefined && annotations[UID] !== account.metadata.uid)) {
        return [{ do: 'delete', object: secret }]
      }
      if (sign === undefined) return []
      const { data = {} } = secret
      if (data['ca.crt'] === roots && data['namespace'] && data['token']) return []
      const of = { name: account.metadata.name, uid: account.metadata.uid }
      const filled = {
        'ca.crt': roots,
        namespace: data['namespace'] || text(namespace),
        token: data['token'] || text(sign(namespace, of, name)),
      }
      const metadata = { ...secret.metadata, annotations: { ...annotations, [NAME]: of.name, [UID]: of.uid } }
      const object: Secret = { ...secret, metadata, data: { ...data, ...filled } }
      return [{ do: 'update', object }]
    },
  }
}
