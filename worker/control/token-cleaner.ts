import { isDeleting } from '../../api/meta/object.ts'
import { parseTime } from '../../api/meta/time.ts'
import { decodeBase64 } from '../../api/schema/base64.ts'
import type { Secret } from '../../api/schema/types.generated.ts'
import type { Controller } from './controller.ts'

const TYPE = 'bootstrap.kubernetes.io/token'

/** When a bootstrap token ends, in milliseconds; what cannot be read has ended (bootstraputil.GetExpiration). */
function endOf({ data = {} }: Secret): number | undefined {
  if (data['expiration'] === undefined) return undefined
  try {
    return parseTime(String.fromCharCode(...decodeBase64(data['expiration'])))
  } catch {
    return 0
  }
}

/** Removes bootstrap tokens whose time is over: pkg/controller/bootstrap/tokencleaner.go. */
export const tokenCleaner: Controller<Secret> = {
  name: 'token-cleaner',
  resource: 'secrets',
  concerns: ({ key, type, after }) => key.namespace === 'kube-system' && type !== 'DELETED' && after.type === TYPE,
  reconcile(secret, { now }) {
    const end = secret.type === TYPE && !isDeleting(secret) ? endOf(secret) : undefined
    if (end === undefined) return []
    return end > now ? [{ do: 'again', at: end }] : [{ do: 'delete', object: secret }]
  },
}
