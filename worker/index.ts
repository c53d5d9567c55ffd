import { unauthorized } from '../api/meta/failures.ts'
import { admit, type Admission, type Secrets, VOUCHER, vouch } from './guard/admit.ts'
import { ANONYMOUS } from './guard/credentials.ts'
import { requestInfo } from './guard/request-info.ts'
import { type TrustEnv, trustOf } from './guard/trust.ts'
import { JOIN_PATH, STREAMS_PATH, WAKE_PATH } from '../api/wire.ts'
import { isAudited, type Level, lineOf } from './audit/audit.ts'
import { Noise } from './audit/noise.ts'
import { sentBy } from './http/audited.ts'
import { bridge } from './http/bridge.ts'
import { health } from './http/health.ts'
import { SENT_HEADER } from './http/gate.ts'
import { compressed } from './http/gzip.ts'
import { issuerDocument } from './http/issuer.ts'
import { goQuery } from './http/query.ts'
import { forbiddenRequest } from './http/refusals.ts'
import { respondError } from './http/respond.ts'
import { type SettingsEnv, settingsOf } from './settings.ts'
import { agentDials, isStreamPath, stream, type StreamEnv } from './streams/edge.ts'

export { Cluster } from './cluster.ts'
export { Stream } from './streams/stream.ts'

/** The edge: it lets in who has a token of ours, and holds what a client waits for. Nothing is kept here. */
export interface Env extends StreamEnv, TrustEnv, SettingsEnv {
  readonly CLUSTER: DurableObjectNamespace
  /** PEM of the authority that vouches for this API's certificate; absent where a public one does. */
  readonly PODO_CA?: string
  /** The API's own URL, for the Endpoints of the Service `kubernetes`; they are missing where it is absent. */
  readonly PODO_API?: string
  /** IPv4 range of all Pods; 10.244.0.0/14 where absent. */
  readonly PODO_CLUSTER_CIDR?: string
}

/** One cluster in one object. */
const CLUSTER_NAME = 'cluster'

export default {
  async fetch(request, env): Promise<Response> {
    try {
      const { audit } = settingsOf(env)
      return await route(request, env).catch((error: unknown) => refused(request, error, audit))
    } catch (error) {
      return respondError(error, request)
    }
  },
  /** At 00:00 UTC: on a day that was spent the object could not set an alarm, and what waits there must be woken. */
  async scheduled(_controller, env): Promise<void> {
    await env.CLUSTER.get(env.CLUSTER.idFromName(CLUSTER_NAME)).fetch(new Request(`https://podo${WAKE_PATH}`))
  },
} satisfies ExportedHandler<Env>

/** Shared by what this isolate serves, and nothing of a cluster is in it. */
const noise = new Noise()

/** Who is refused here reached no object, so it is written down here. */
function refused(request: Request, error: unknown, level: Level): Response {
  const answer = respondError(error, request)
  const now = Date.now()
  const url = new URL(request.url)
  const { verb } = requestInfo(request.method, url.pathname, goQuery(url))
  const code = answer.status
  if (isAudited(level, { verb, code })) {
    const line = () => lineOf({ ...sentBy(request), verb, code, received: now, ended: now })
    noise.tell(line, now, (text) => console.log(text))
  }
  return answer
}

async function route(asked: Request, env: Env): Promise<Response> {
  const secrets = trustOf(env)
  const url = new URL(asked.url)
  const open = health(asked, url.pathname)
  if (open !== undefined) return open
  // Whoever gives the cluster's issuer a name wants others to verify its tokens: the keys are public then.
  const issuer = secrets.issuer === undefined ? undefined : issuerDocument(secrets, asked.method, url)
  if (issuer !== undefined) return issuer
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
  const sent = stamped(request, now)
  if (request.method === 'GET' && info().verb === 'watch') return bridge(sent, cluster)
  return compressed(request, await cluster.fetch(sent))
}

/** The request with the time at which it goes on, from which the object sees how long it waited there. */
function stamped(request: Request, now: number): Request {
  const headers = new Headers(request.headers)
  headers.set(SENT_HEADER, String(now))
  return new Request(request, { headers })
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
