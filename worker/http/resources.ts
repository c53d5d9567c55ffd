import { methodNotAllowed, unknownResource } from '../../api/meta/failures.ts'
import type { Caller } from '../registry/registry.ts'
import { type Api, type Call, kindOf, type Verb } from './api.ts'
import { bind } from './binding.ts'
import { connect, connecting } from './connect.ts'
import { create } from './create.ts'
import { remove } from './delete.ts'
import { deletecollection } from './deletecollection.ts'
import { servedSubresources, VIRTUAL } from './discovery.ts'
import { evict } from './eviction.ts'
import { get } from './get.ts'
import { list } from './list.ts'
import { patch } from './patch.ts'
import { proxy } from './proxy.ts'
import type { RequestInfo } from '../guard/request-info.ts'
import { getScale, patchScale, updateScale } from './scale.ts'
import { requestToken } from './token-request.ts'
import { update } from './update.ts'
import { onVirtual } from './virtual.ts'
import { watch } from './watch.ts'

/** Verbs of a collection, and of one object in it. */
const COLLECTION: Readonly<Record<string, Verb>> = { list, watch, create, deletecollection }
const OBJECT: Readonly<Record<string, Verb>> = { get, update, patch, delete: remove, watch }

const PROXY = connecting(proxy)

/** Subresources that work the same for every kind that has them. What is not here is 404, whatever the facts say. */
const SUBRESOURCES: Readonly<Record<string, Readonly<Record<string, Verb>>>> = {
  status: { get, update, patch },
  approval: { get, update, patch },
  finalize: { update },
  scale: { get: getScale, update: updateScale, patch: patchScale },
  binding: { create: bind },
  eviction: { create: evict },
  ephemeralcontainers: { get, update, patch },
  resize: { get, update, patch },
  token: { create: requestToken },
  log: { get: connect },
  exec: { get: connecting(connect), create: connecting(connect) },
  attach: { get: PROXY, create: PROXY },
  portforward: { get: PROXY, create: PROXY },
  proxy: { get: PROXY, create: PROXY, update: PROXY, patch: PROXY, delete: PROXY },
}

/** Answers a request on a resource: who may do what has been decided before. */
export function onResource(
  api: Api,
  request: Request,
  query: URLSearchParams,
  info: RequestInfo,
  caller: Caller,
): Response | Promise<Response> {
  const contentType = request.headers.get('content-type')
  const virtual = VIRTUAL.find(
    ({ group, version, plural }) => group === info.group && version === info.version && plural === info.resource,
  )
  if (virtual !== undefined) return onVirtual(api, request, query, info, caller, virtual)
  // Resources have no HEAD in Kubernetes' routes, and /api/v1/watch/… has nothing but GET.
  const proxied = info.subresource === 'proxy'
  if ((request.method === 'HEAD' && !proxied) || (info.verb === 'watch' && request.method !== 'GET'))
    throw methodNotAllowed()
  const kind = kindOf(api, info)
  const call: Call = { api, request, query, info, kind, caller, contentType }
  const verb = verbOf(call)
  if (kind.rules.deprecated !== undefined) caller.warnings.push(kind.rules.deprecated)
  return verb(call)
}

function verbOf({ kind, info }: Call): Verb {
  if (info.subresource !== '') {
    const facts = servedSubresources(kind).find(({ name }) => name === info.subresource)
    const verbs = SUBRESOURCES[info.subresource]
    if (facts === undefined || verbs === undefined || (info.parts.length > 3 && info.subresource !== 'proxy'))
      throw unknownResource()
    return allowed(facts.verbs.includes(info.verb) ? verbs[info.verb] : undefined)
  }
  const one = info.parts.length > 1
  if (!one && kind.namespaced && info.namespace === '' && info.verb !== 'list' && info.verb !== 'watch') {
    throw methodNotAllowed()
  }
  return allowed(kind.verbs.includes(info.verb) ? (one ? OBJECT : COLLECTION)[info.verb] : undefined)
}

function allowed(verb: Verb | undefined): Verb {
  if (verb === undefined) throw methodNotAllowed()
  return verb
}
