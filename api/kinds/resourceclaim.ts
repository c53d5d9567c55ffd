import { Path, invalidValue } from '../meta/field-error.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { ResourceClaimTemplate, ResourceResourceClaim } from '../schema/types.generated.ts'
import { annotationErrors } from '../meta/validate-meta.ts'
import { labelErrors } from '../meta/selector.ts'
import { declare } from './declare.ts'
import { claimStatusErrors } from './device/allocation.ts'
import { claimErrors } from './device/claim.ts'
import { internal } from './internal.ts'
import { same } from './same.ts'

const SPEC = Path.of('spec')
const META = SPEC.child('metadata')

/** `ValidateResourceClaim`: the spec is judged once and never changes. */
export const resourceclaims = declare<ResourceResourceClaim>('resourceclaims.resource.k8s.io', {
  validate: ({ spec }, { operation }) =>
    operation === 'create' ? claimErrors(spec?.devices ?? {}, SPEC.child('devices')) : [],
  validateUpdate: ({ spec }, old) =>
    same(spec, old.spec) ? [] : [invalidValue(SPEC, internal('ResourceClaimSpec', spec), IMMUTABLE)],
  validateStatus: claimStatusErrors,
})

export const resourceclaimtemplates = declare<ResourceClaimTemplate>('resourceclaimtemplates.resource.k8s.io', {
  validate: ({ spec }, { operation }) =>
    operation === 'create'
      ? [
          ...labelErrors(spec?.metadata?.labels, META.child('labels')),
          ...annotationErrors(spec?.metadata?.annotations, META.child('annotations')),
          ...claimErrors(spec?.spec?.devices ?? {}, SPEC.child('spec').child('devices')),
        ]
      : [],
  validateUpdate: ({ spec }, old) =>
    same(spec, old.spec) ? [] : [invalidValue(SPEC, internal('ResourceClaimTemplateSpec', spec), IMMUTABLE)],
})
