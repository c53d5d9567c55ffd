import { unauthorized } from '../api/meta/failures.ts'
import { StatusError } from '../api/meta/status-error.ts'
import { JOIN_PATH, STREAMS_PATH } from '../api/wire.ts'
import { admit, type Admission } from './guard/admit.ts'
import { ANONYMOUS } from './guard/credentials.ts'
import { requestInfo } from './guard/request-info.ts'
import { bridge } from './http/bridge.ts'
import { health } from './http/health.ts'
import { goQuery } from './http/query.ts'
import { forbiddenRequest } from './http/refusals.ts'
import { respondError } from './http/respond.ts'
import { agentDials, isStreamPath, stream, type StreamEnv } from './streams/edge.ts'

export { Cluster } from './cluster.ts'
export { Stream } from './streams/stream.ts'

/** The edge: it lets in who has a token of ours, and holds what a client waits for. Nothing is kept here. */
export interface Env extends StreamEnv {
  readonly CLUSTER: DurableObjectNamespace
  /** Both secrets must be set, or nothing is served: nobody takes a fresh cluster by coming first. */
  readonly PODO_ADMIN_TOKEN?: string
  readonly PODO_KEY?: string
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

async function route(request: Request, env: Env): Promise<Response> {
  const secrets = secretsOf(env)
  const url = new URL(request.url)
  const open = health(request, url.pathname)
  if (open !== undefined) return open
  const info = () => requestInfo(request.method, url.pathname, goQuery(url))
  const admission = admit(secrets, request.headers.get('authorization'), Date.now())
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

/** Characters that PODO_KEY must have: it signs tokens and seals Secrets. */
const KEY_LENGTH = 32

const notSetUp = (why: string): StatusError =>
  new StatusError('ServiceUnavailable', `this cluster is not set up: ${why}`)

function secretsOf(env: Env): { adminToken: string; key: string } {
  const { PODO_ADMIN_TOKEN: adminToken = '', PODO_KEY: key = '' } = env
  if (adminToken === '') throw notSetUp('its secret PODO_ADMIN_TOKEN is missing')
  if (key === '') throw notSetUp('its secret PODO_KEY is missing')
  if (key.length < KEY_LENGTH) throw notSetUp(`its secret PODO_KEY has less than ${KEY_LENGTH} characters`)
  return { adminToken, key }
}

/** A bootstrap token opens the way to join and nothing else, and nothing else opens that way. */
const isJoin = (admission: Admission): boolean => admission.who === 'token' && admission.checked.type === 'join'

/** Only a node's own credential dials a session of its Pods. */
function nodeOf(admission: Admission): string {
  if (admission.who !== 'token' || admission.checked.type !== 'node') throw unauthorized()
  return admission.checked.id
}
