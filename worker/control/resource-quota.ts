import { measured } from '../../api/quota/quota.ts'
import { listOf } from '../../api/meta/resource-list.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import type { ResourceQuota } from '../../api/schema/types.generated.ts'
import type { Controller } from './controller.ts'

type Counted = Pick<Kind, 'resource'>

/**
 * Counts what is used of a quota that is new or was changed: pkg/controller/resourcequota. From then on admission keeps
 * the count with every write, so nothing is counted again. `kinds`: the namespaced ones that are stored.
 */
export function resourceQuota(kinds: readonly Counted[]): Controller<ResourceQuota> {
  const resources = kinds.map(({ resource }) => resource)
  return {
    name: 'resourcequota-controller',
    resource: 'resourcequotas',
    concerns: ({ type, before, after }) =>
      type !== 'DELETED' && (before === undefined || JSON.stringify(before.spec) !== JSON.stringify(after.spec)),
    reconcile(quota, view) {
      const { namespace } = quota.metadata
      const used = measured(quota, resources, (resource) => view.list(resource, namespace))
      const hard = quota.spec?.hard ?? {}
      return [{ do: 'status', object: quota, status: { hard, used: listOf(used) } }]
    },
  }
}
