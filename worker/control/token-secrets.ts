import type { Secret, ServiceAccount } from '../../api/schema/types.generated.ts'
import type { Controller, ObjectKey } from './controller.ts'

const TYPE = 'kubernetes.io/service-account-token'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'

const isToken = ({ type }: Secret): boolean => type === TYPE

/**
 * A Secret that holds the token of a ServiceAccount goes when the account does, or when another of the same name took its
 * place: pkg/controller/serviceaccount/tokens_controller.go. Who fills such Secrets is the API itself.
 */
export const tokenSecrets: Controller<Secret> = {
  name: 'tokens-controller',
  resource: 'secrets',
  concerns: ({ type, after }) => type !== 'DELETED' && isToken(after),
  wakes: {
    serviceaccounts: ({ type, key }, view): ObjectKey[] =>
      type !== 'DELETED'
        ? []
        : view
            .list<Secret>('secrets', key.namespace)
            .filter((secret) => isToken(secret) && secret.metadata.annotations?.[NAME] === key.name)
            .map(({ metadata }) => ({ resource: 'secrets', namespace: key.namespace, name: metadata.name })),
  },
  reconcile(secret, view) {
    const { namespace = '', annotations = {} } = secret.metadata
    const name = annotations[NAME] ?? ''
    if (!isToken(secret) || name === '') return []
    const account = view.get<ServiceAccount>('serviceaccounts', namespace, name)
    const uid = annotations[UID] ?? ''
    const mine = account !== undefined && (uid === '' || uid === account.metadata.uid)
    return mine ? [] : [{ do: 'delete', object: secret }]
  },
}
