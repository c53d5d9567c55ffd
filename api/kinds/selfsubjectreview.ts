import type { SelfSubjectReview } from '../schema/types.generated.ts'
import { declare } from './declare.ts'

/** Created and answered, never stored: status.userInfo is who asks. */
export const selfsubjectreviews = declare<SelfSubjectReview>('selfsubjectreviews.authentication.k8s.io', {})
