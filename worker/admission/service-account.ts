import { MIRROR } from '../../api/kinds/pod/annotations.ts'
import { referencesOf } from '../../api/references.ts'
import type { Pod, ServiceAccount } from '../../api/schema/types.generated.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import { forbid } from './forbid.ts'
import type { Plugin } from './plugin.ts'
import { strangeSecret } from './service-account-secrets.ts'
import { mountsToken, withToken } from './token-volume.ts'

const DEFAULT = 'default'

/**
 * Every Pod runs as a ServiceAccount that exists, has a token of it, and takes over what that says of pulling images and
 * of the Secrets that may be mounted. A Pod that exists is left alone. plugin/pkg/admission/serviceaccount.
 */
export const serviceAccount: Plugin = {
  name: 'ServiceAccount',
  of: ['pods'],
  admit(object, attributes, tx) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return object
    const pod = object as Pod // asked for Pods only
    if (isMirror(pod)) return pod
    const name = pod.spec.serviceAccountName || DEFAULT
    const account = accountOf(name, attributes, tx)
    const pulls = (pod.spec.imagePullSecrets ?? []).length > 0 ? [] : (account.imagePullSecrets ?? [])
    const spec = {
      ...pod.spec,
      serviceAccountName: name,
      serviceAccount: name,
      ...(pulls.length === 0 ? {} : { imagePullSecrets: pulls }),
    }
    const { dice } = attributes.caller
    const whole = mountsToken(account, pod) ? withToken(spec, () => dice.suffix(5)) : spec
    return { ...pod, spec: whole } as Pod // fields of its spec
  },
  validate(attributes, tx) {
    const { operation, subresource } = attributes
    if (operation === 'UPDATE' && subresource === 'ephemeralcontainers') {
      const pod = attributes.object as Pod // asked for Pods only
      mayUse(pod, 'ephemeralContainers', attributes, tx)
    }
    if (operation !== 'CREATE' || subresource !== '') return
    const pod = attributes.object as Pod // asked for Pods only
    if (isMirror(pod)) return aloneAsMirror(pod, attributes)
    mayUse(pod, 'all', attributes, tx)
  },
}

const isMirror = (pod: Pod): boolean => pod.metadata.annotations?.[MIRROR] !== undefined

function accountOf(name: string, attributes: Attributes, tx: Tx): ServiceAccount {
  const { namespace } = attributes
  const found = tx.get({ resource: 'serviceaccounts', namespace, name })
  if (found !== undefined) return found.object as ServiceAccount // by the key
  const why = `serviceaccount "${name}" not found`
  throw forbid(attributes, `error looking up service account ${namespace}/${name}: ${why}`)
}

function mayUse(pod: Pod, what: 'all' | 'ephemeralContainers', attributes: Attributes, tx: Tx): void {
  const { serviceAccountName: name = '' } = pod.spec
  if (name === '') {
    throw forbid(attributes, `no service account specified for pod ${attributes.namespace}/${pod.metadata.name}`)
  }
  const why = strangeSecret(accountOf(name, attributes, tx), pod.spec, what)
  if (why !== undefined) throw forbid(attributes, why)
}

/** A mirror of a Pod that its node runs on its own account reaches nothing of the API. */
function aloneAsMirror(pod: Pod, attributes: Attributes): void {
  const refuse = (what: string): never => {
    throw forbid(attributes, `a mirror pod may not ${what}`)
  }
  if (pod.spec.serviceAccountName) refuse('reference service accounts')
  if (referencesOf(pod).secrets.size > 0) refuse('reference secrets')
  const sources = (pod.spec.volumes ?? []).flatMap((volume) => volume.projected?.sources ?? [])
  if (sources.some((source) => source.serviceAccountToken !== undefined)) {
    refuse('use ServiceAccountToken volume projections')
  }
}
