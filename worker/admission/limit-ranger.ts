import { claimLimitErrors, podLimitErrors, withDefaultLimits } from '../../api/kinds/limits.ts'
import { isDeleting } from '../../api/meta/object.ts'
import type { LimitRange, PersistentVolumeClaim, Pod } from '../../api/schema/types.generated.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'
import { forbid, together } from './forbid.ts'
import type { Plugin } from './plugin.ts'

/** New Pods, resized ones and claims get and keep the limits of their namespace. plugin/pkg/admission/limitranger. */
export const limitRanger: Plugin = {
  name: 'LimitRanger',
  of: ['pods', 'persistentvolumeclaims'],
  admit(object, attributes, tx) {
    if (attributes.kind.resource !== 'pods' || !isConcerned(attributes)) return object
    return rangesOf(attributes, tx).reduce<Pod>(withDefaultLimits, object as Pod) // by the resource
  },
  validate(attributes, tx) {
    if (!isConcerned(attributes) || attributes.operation === 'DELETE' || attributes.operation === 'CONNECT') return
    const { kind, object } = attributes
    for (const range of rangesOf(attributes, tx)) {
      const reasons =
        kind.resource === 'pods'
          ? podLimitErrors(object as Pod, range) // by the resource
          : claimLimitErrors(object as PersistentVolumeClaim, range) // by the resource
      if (reasons.length > 0) throw forbid(attributes, together(reasons))
    }
  },
}

/** What a Pod asks for changes by a resize alone. */
function isConcerned(attributes: Attributes): boolean {
  const { kind, subresource } = attributes
  if (attributes.operation === 'CREATE') return subresource === ''
  if (attributes.operation !== 'UPDATE' || isDeleting(attributes.old)) return false
  return kind.resource === 'pods' ? subresource === 'resize' : subresource === ''
}

const rangesOf = ({ namespace }: Attributes, tx: Tx): LimitRange[] =>
  tx.few('limitranges', namespace).map((row) => row.object as LimitRange) // by the resource
