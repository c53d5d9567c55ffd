import { apiServiceName } from '../../api/kinds/apiservice.ts'
import type { APIService } from '../../api/schema/types.generated.ts'
import type { Api } from './api.ts'

/**
 * The answer for a group and version that another API server is to serve: kube-aggregator's where that server is not
 * available, as none is to podo yet. Undefined where no APIService names a Service for it.
 */
export function extensionAnswer(api: Api, group: string, version: string): Response | undefined {
  if (group === '') return undefined
  const name = apiServiceName(group, version)
  const row = api.reader.get({ resource: 'apiservices.apiregistration.k8s.io', namespace: '', name })
  const object = row?.object as APIService | undefined // what the resource holds
  if (object?.spec.service === undefined) return undefined
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
  return new Response('service unavailable\n', { status: 503, headers })
}
