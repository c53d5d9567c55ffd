import { unauthorized } from '../api/meta/failures.ts'
import { JOIN_PATH, STREAMS_PATH } from '../api/wire.ts'
import { admit, type Admission, type Secrets, VOUCHER, vouch } from './guard/admit.ts'
import { ANONYMOUS } from './guard/credentials.ts'
import { requestInfo } from './guard/request-info.ts'
import { type TrustEnv, trustOf } from './guard/trust.ts'
import { bridge } from './http/bridge.ts'
import { health } from './http/health.ts'
import { goQuery } from './http/query.ts'
import { forbiddenRequest } from './http/refusals.ts'
import { respondError } from './http/respond.ts'
import { agentDials, isStreamPath, stream, type StreamEnv } from './streams/edge.ts'

export { Cluster } from './cluster.ts'
export { Stream } from './streams/stream.ts'

/** The edge: it lets in who has a token of ours, and holds what a client waits for. Nothing is kept here. */
export interface Env extends StreamEnv, TrustEnv {
  readonly CLUSTER: DurableObjectNamespace
  /** PEM of the authority that vouches for this API's certificate; absent where a public one does. */
  readonly PODO_CA?: string
  /** IPv4 range of all Pods; 10.244.0.0/14 where absent. */
  readonly PODO_CLUSTER_CIDR?: string
}

/** One cluster in one object. */
const CLUSTER_NAME = 'cluster'

export default {
  async fetch(request, env): Promise<Response> {
    try {
      return await route(request, env)
    } catch (error) {
      return respondError(error, request)
    }
  },
} satisfies ExportedHandler<Env>

async function route(asked: Request, env: Env): Promise<Response> {
  const secrets = trustOf(env)
  const url = new URL(asked.url)
  const open = health(asked, url.pathname)
  if (open !== undefined) return open
  const info = () => requestInfo(asked.method, url.pathname, goQuery(url))
  const now = Date.now()
  let admission = admit(secrets, asked.headers, now)
  let request = asked
  if (admission.who === 'invalid') {
    request = await vouched(secrets, asked, now)
    admission = admit(secrets, request.headers, now)
  }
  if (admission.who === 'invalid') throw unauthorized()
  // With no token a client is system:anonymous, who may do nothing beyond what is answered above.
  if (admission.who === 'none') throw forbiddenRequest(ANONYMOUS, info())
  if (url.pathname.startsWith(STREAMS_PATH)) return agentDials(request, env, nodeOf(admission))
  const cluster = env.CLUSTER.get(env.CLUSTER.idFromName(CLUSTER_NAME))
  if (isJoin(admission) !== (url.pathname === JOIN_PATH)) throw unauthorized()
  if (isStreamPath(url.pathname)) return stream(request, env, cluster)
  if (request.method === 'GET' && info().verb === 'watch') return bridge(request, cluster)
  return cluster.fetch(request)
}

/** The request with what its JWT says, for the object; the same one where it carries none that holds. */
async function vouched(secrets: Secrets, request: Request, now: number): Promise<Request> {
  const voucher = await vouch(secrets, request.headers, now)
  if (voucher === undefined) return request
  const headers = new Headers(request.headers)
  headers.set(VOUCHER, voucher)
  return new Request(request, { headers })
}

/** A bootstrap token opens the way to join and nothing else, and nothing else opens that way. */
const isJoin = (admission: Admission): boolean => admission.who === 'token' && admission.checked.type === 'join'

/** Only a node's own credential dials a session of its Pods. */
function nodeOf(admission: Admission): string {
  if (admission.who !== 'token' || admission.checked.type !== 'node') throw unauthorized()
  return admission.checked.id
}
