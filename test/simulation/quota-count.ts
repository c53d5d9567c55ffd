import { listOf } from '../../api/meta/resource-list.ts'
import { measured } from '../../api/quota/quota.ts'
import type { ResourceQuota } from '../../api/schema/types.generated.ts'
import type { World } from './world.ts'

/** What the quota of every history names. */
const RESOURCES = ['pods', 'replicasets.apps']

/** Quotas whose count is not what a recount says, as sentences. */
export function miscounted({ store }: World): string[] {
  return store.list({ resource: 'resourcequotas' }).flatMap(({ object, namespace, name }) => {
    const quota = object as ResourceQuota // by the resource
    const list = (resource: string) => store.list({ resource, namespace }).map((row) => row.object)
    const right = JSON.stringify(listOf(measured(quota, RESOURCES, list)))
    const counted = JSON.stringify(quota.status?.used)
    return counted === right ? [] : [`quota ${namespace}/${name} counts ${counted} where there is ${right}`]
  })
}
