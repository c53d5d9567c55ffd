import { forbidden, internal } from '../../api/meta/failures.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import { STREAMS_PATH } from '../../api/wire.ts'
import { booleanOf } from '../http/query.ts'
import { logBody } from './log-body.ts'
import { askToOpen, isTicketOf, readOpened } from './open.ts'
import { quietBody, takesGzip } from './quiet-body.ts'

/** The Worker's part of a session: it joins client and Stream object and knows nothing of either. */

/** The binding of the Stream class. */
export interface StreamEnv {
  readonly STREAM: DurableObjectNamespace
}

const PATH = /^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+\/(log|exec)$/

/** Whether the request is for a log or an exec, and therefore `stream`'s. */
export const isStreamPath = (path: string): boolean => PATH.test(path)

/** A request for `pods/{name}/log` or `pods/{name}/exec`. `cluster` is the stub of the Cluster object. */
export async function stream(
  request: Request,
  env: StreamEnv,
  cluster: { fetch(request: Request): Promise<Response> },
): Promise<Response> {
  const answer = await cluster.fetch(askToOpen(request))
  const opened = await readOpened(answer)
  if (opened === undefined) return answer
  const stub = env.STREAM.get(env.STREAM.idFromName(opened.ticket))
  // The upgrade goes on untouched: the object answers it, with the protocol that it chose.
  if (opened.kind === 'exec') return stub.fetch(request)
  return readLog(request, await stub.fetch(new Request(request.url, { headers: { upgrade: 'websocket' } })))
}

const follows = (request: Request): boolean => booleanOf(new URL(request.url).searchParams, 'follow') === true

/**
 * A client that dies while a log is silent is noticed by writing to it, which only an encoded body allows: one that takes
 * no gzip (kubectl takes it) is noticed at the log's next line.
 */
async function readLog(request: Request, joined: Response): Promise<Response> {
  const socket = joined.webSocket
  if (socket === null) return joined
  socket.binaryType = 'arraybuffer'
  socket.accept()
  try {
    const body = await logBody(socket)
    const headers = { 'content-type': 'text/plain', 'cache-control': 'no-cache, private, no-transform' }
    if (!follows(request) || !takesGzip(request)) return new Response(body, { headers })
    // Encoded already: `manual` keeps the runtime from doing it again.
    const encoding = { 'content-encoding': 'gzip', vary: 'accept-encoding' }
    return new Response(quietBody(body), { headers: { ...headers, ...encoding }, encodeBody: 'manual' })
  } catch (error) {
    socket.close()
    if (error instanceof StatusError) return statusResponse(error)
    throw error
  }
}

/** An agent dials `/podo/streams/<ticket>`. `node` is whom its credential names; the edge has checked it. */
export async function agentDials(request: Request, env: StreamEnv, node: string): Promise<Response> {
  const ticket = new URL(request.url).pathname.slice(STREAMS_PATH.length)
  if (!isTicketOf(ticket, node)) return statusResponse(forbidden('pods', '', 'this stream is of another node'))
  const response = await env.STREAM.get(env.STREAM.idFromName(ticket)).fetch(request)
  return response.status === 101 || response.status >= 400
    ? response
    : statusResponse(internal('a stream was not joined'))
}

const statusResponse = (error: StatusError): Response => Response.json(error.toStatus(), { status: error.code })
