import { type FieldError, type Path, forbidden } from '../../meta/field-error.ts'
import { labelErrors } from '../../meta/selector.ts'
import { annotationErrors } from '../../meta/validate-meta.ts'
import type { PersistentVolumeClaimTemplate } from '../../schema/types.generated.ts'
import { claimSpecErrors } from '../claim-spec.ts'

/** The claim that an ephemeral volume brings along: `ValidatePersistentVolumeClaimTemplate`. */

const OWN_METADATA = ['annotations', 'labels']

export function claimTemplate(template: PersistentVolumeClaimTemplate, at: Path, errors: FieldError[]): void {
  const here = at.child('metadata')
  errors.push(...annotationErrors(template.metadata?.annotations, here.child('annotations')))
  errors.push(...labelErrors(template.metadata?.labels, here.child('labels')))
  for (const [field, value] of Object.entries({ ...template.metadata })) {
    const unset = value === undefined || value === null || value === ''
    if (!unset && !OWN_METADATA.includes(field)) errors.push(forbidden(here.child(field), 'cannot be set'))
  }
  errors.push(...claimSpecErrors(template.spec, at.child('spec')))
}
