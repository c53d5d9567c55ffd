import { invalid } from '../../api/meta/failures.ts'
import { invalidValue, Path } from '../../api/meta/field-error.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Secret } from '../../api/schema/types.generated.ts'
import { bootstrapSecret, isBootstrapId } from '../guard/bootstrap-token.ts'
import { BOOTSTRAP_TYPE, secretData } from '../guard/bootstrap-user.ts'
import type { Plugin } from './plugin.ts'

const DATA = Path.of('data')
const WHY =
  'the secret half of a bootstrap token follows from its id in podo, so that forged ones are refused before they reach ' +
  'the cluster: leave it out and it is filled in, or use `podo token bootstrap`'

/**
 * The secret half of a bootstrap token is podo's to make: it is filled in where it is left out, and any other is refused.
 * `keys` are PODO_KEY and, during a rotation, the one before.
 */
export const bootstrapTokens = (keys: readonly string[]): Plugin => ({
  name: 'BootstrapTokens',
  of: ['secrets'],
  admit(object, { kind, namespace }) {
    const secret = object as Secret // the plugin is asked for Secrets alone
    const [key] = keys
    if (key === undefined || namespace !== 'kube-system' || secret.type !== BOOTSTRAP_TYPE) return object
    const { 'token-id': id = '', 'token-secret': half = '' } = secretData(secret)
    if (half === '') return isBootstrapId(id) ? filled(secret, bootstrapSecret(key, id)) : object
    if (keys.some((one) => bootstrapSecret(one, id) === half)) return object
    throw invalid(kind, secret.metadata.name, [
      invalidValue(DATA.key('token-secret'), '<secret contents redacted>', WHY),
    ])
  },
})

const filled = (secret: Secret, half: string): Resource =>
  ({
    ...secret,
    data: { ...secret.data, 'token-secret': Buffer.from(half).toString('base64') },
  }) as Resource // one more key of a Secret's data
