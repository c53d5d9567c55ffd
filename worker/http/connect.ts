import { openedResponse, openStream, upgradeOf } from '../streams/open.ts'
import type { Call, Verb } from './api.ts'

/**
 * `pods/log` and `pods/exec`: the Worker asks where the session is, having kept the client's upgrade for itself, and the
 * node's agent is told to dial it. `api.nodes` reaches the agents.
 */
export function connect(call: Call): Response {
  const { api, info, query, request } = call
  const subresource = info.subresource === 'log' ? 'log' : 'exec'
  const { namespace, name } = info
  const asked = { subresource, namespace, name, query, upgrade: upgradeOf(request) } as const
  return openedResponse(openStream(asked, { store: api.store, nodes: api.nodes, secret: api.dice.secret }))
}

/**
 * The verb behind admission of a CONNECT, which comes before anything is looked up (ConnectResource of k8s.io/apiserver's
 * rest.go). It has no object: what is asked for stands in the query.
 */
export const connecting =
  (verb: Verb): Verb =>
  (call) => {
    const { api, caller, info, kind } = call
    const { namespace, name, subresource } = info
    const asked = { operation: 'CONNECT', kind, namespace, name, subresource, caller, dryRun: false } as const
    api.store.transaction((tx) => api.registry.validate(tx, asked))
    return verb(call)
  }
