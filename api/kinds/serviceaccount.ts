import type { ServiceAccount } from '../schema/types.generated.ts'
import { declare } from './declare.ts'

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets'

/** Of a reference to a Secret only the name counts (`cleanSecretReferences`). */
const clean = (account: ServiceAccount): ServiceAccount =>
  account.secrets === undefined
    ? account
    : { ...account, secrets: account.secrets.map(({ name }) => (name === undefined ? {} : { name })) }

export const serviceaccounts = declare<ServiceAccount>('serviceaccounts', {
  subresources: ['token'],
  prepareCreate: clean,
  prepareUpdate: clean,
  warn(account, old) {
    const has = (object: ServiceAccount | undefined): boolean => object?.metadata.annotations?.[ENFORCE] !== undefined
    if (!has(account) || has(old)) return []
    return [
      `metadata.annotations[${ENFORCE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
    ]
  },
})
