import type { Webhook } from '../../api/kinds/admission/webhook.ts'
import { internal } from '../../api/meta/failures.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import type { Plugin } from './plugin.ts'
import { wants } from './webhook-match.ts'

const GROUP = 'admissionregistration.k8s.io'
const MUTATING = `mutatingwebhookconfigurations.${GROUP}`
const VALIDATING = `validatingwebhookconfigurations.${GROUP}`

/** Who writes what a cluster begins with. */
const SELF = 'system:apiserver'

/** Where a call would go: the address as client-go writes it into its error. */
function addressOf({ clientConfig: { url, service }, timeoutSeconds = 10 }: Webhook): string {
  const { namespace = '', name = '', port = 443, path = '' } = service ?? {}
  const base =
    url ?? `https://${name}.${namespace}.svc:${port}${path === '' || path.startsWith('/') ? path : `/${path}`}`
  return `${base}?timeout=${timeoutSeconds}s`
}

/**
 * A webhook that is meant counts as one that cannot be reached, since podo does not call any yet: with `Fail` the request
 * fails in Kubernetes' words, with `Ignore` it goes on. In order of the configurations' names.
 */
function call(resource: string, attributes: Attributes, tx: Tx): void {
  // A broken webhook must not keep anyone from mending it; nor does the cluster ask about its own beginning.
  if (attributes.kind.group === GROUP || attributes.caller.user.name === SELF) return
  for (const row of tx.few(resource, '')) {
    const { webhooks = [] } = row.object as Resource & { webhooks?: Webhook[] } // what the resource holds
    for (const hook of webhooks) {
      if (hook.failurePolicy === 'Ignore' || !wants(hook, attributes, tx)) continue
      const why = `failed to call webhook: Post ${goQuote(addressOf(hook))}: podo does not call webhooks yet`
      throw internal(`failed calling webhook ${goQuote(hook.name)}: ${why}`)
    }
  }
}

/** plugin/webhook/mutating. What has no object to change is told among the checks. */
export const mutatingAdmissionWebhook: Plugin = {
  name: 'MutatingAdmissionWebhook',
  admit(object, attributes, tx) {
    call(MUTATING, 'object' in attributes ? { ...attributes, object } : attributes, tx)
    return object
  },
  validate(attributes, tx) {
    if (!('object' in attributes)) call(MUTATING, attributes, tx)
  },
}

/** plugin/webhook/validating. */
export const validatingAdmissionWebhook: Plugin = {
  name: 'ValidatingAdmissionWebhook',
  validate: (attributes, tx) => call(VALIDATING, attributes, tx),
}
