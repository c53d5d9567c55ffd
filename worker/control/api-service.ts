import { rfc3339 } from '../../api/meta/time.ts'
import type { APIService, APIServiceCondition } from '../../api/schema/types.generated.ts'
import { withUpdated } from './conditions.ts'
import { type Controller, keyOf } from './controller.ts'

type Verdict = Pick<APIServiceCondition, 'status' | 'reason' | 'message'>
const RESOURCE = 'apiservices.apiregistration.k8s.io'

/** What is asked of a Service: kube-aggregator's available controller, whose last step podo cannot take. */
function verdict({ spec }: APIService, exists: (namespace: string, name: string) => boolean): Verdict {
  if (spec.service === undefined) {
    return { status: 'True', reason: 'Local', message: 'Local APIServices are always available' }
  }
  const { namespace = '', name = '' } = spec.service
  if (!exists(namespace, name)) {
    return { status: 'False', reason: 'ServiceNotFound', message: `service/${name} in "${namespace}" is not present` }
  }
  const message = `podo does not call the API server behind service/${name} in "${namespace}" yet`
  return { status: 'False', reason: 'FailedDiscoveryCheck', message }
}

/** Says which APIs are there: the cluster's own are, and none behind a Service. */
export const apiService: Controller<APIService> = {
  name: 'apiservice-status-controller',
  resource: RESOURCE,
  wakes: {
    services: ({ type, key }, view) =>
      type === 'MODIFIED'
        ? []
        : view
            .list<APIService>(RESOURCE)
            .filter(({ spec: { service } }) => service?.namespace === key.namespace && service.name === key.name)
            .map((object) => keyOf(RESOURCE, object)),
  },
  reconcile(object, view) {
    const found = verdict(object, (namespace, name) => view.get('services', namespace, name) !== undefined)
    const conditions = withUpdated(object.status?.conditions, {
      type: 'Available',
      ...found,
      lastTransitionTime: rfc3339(view.now),
    })
    return [{ do: 'status', object, status: { ...object.status, conditions } }]
  },
}
