import type { MutatingWebhookConfiguration } from '../schema/types.generated.ts'
import { webhooksErrors } from './admission/webhook.ts'
import { declare } from './declare.ts'

export const mutatingwebhookconfigurations = declare<MutatingWebhookConfiguration>(
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  {
    validate: ({ webhooks }, { operation }) => (operation === 'create' ? webhooksErrors(webhooks) : []),
    validateUpdate: ({ webhooks }, old) => webhooksErrors(webhooks, old.webhooks ?? []),
  },
)
