import { forbiddenFor } from '../../api/meta/failures.ts'
import { type StatusError, groupResource } from '../../api/meta/status-error.ts'
import type { Attributes } from '../registry/attributes.ts'

/** admission.NewForbidden of k8s.io/apiserver: 403 that names the object of the request. */
export const forbid = ({ kind, name }: Attributes, why: string): StatusError =>
  forbiddenFor(groupResource(kind.group, kind.plural), name, why)

/** Several reasons as one, as utilerrors.NewAggregate prints them: the same one once, more than one in brackets. */
export function together(reasons: readonly string[]): string {
  const texts = [...new Set(reasons)]
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`
}
