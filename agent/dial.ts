import { request as httpRequest, type Agent, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type AgentOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls'
import { WebSocket } from 'ws'
import { LONGEST_MESSAGE } from '../api/wire.ts'
import { proxyFor } from './proxy.ts'

/** How this agent reaches its control plane. */
export interface Way {
  /** `https://host:port`; http only where somebody wrote it so. */
  readonly server: URL
  /** PEM of the authority that the server's certificate must come from; undefined: those that Node knows. */
  readonly ca?: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const CONNECT_TIMEOUT_MS = 15_000

/** Opens a WebSocket with the node's credential, through the proxy that the environment names. */
export function dial(way: Way, path: string, credential: string): WebSocket {
  const url = new URL(path, way.server)
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:'
  const agent = agentFor(way, url)
  return new WebSocket(url, {
    headers: { authorization: `Bearer ${credential}` },
    handshakeTimeout: CONNECT_TIMEOUT_MS,
    // Compression costs more memory than an idle agent has.
    perMessageDeflate: false,
    maxPayload: LONGEST_MESSAGE * 2,
    ...(way.ca === undefined ? {} : { ca: way.ca }),
    ...(agent === undefined ? {} : { agent }),
  })
}

export interface Answer {
  readonly status: number
  readonly text: string
}

/** One HTTP request with a JSON body. Throws when no answer comes. */
export function post(way: Way, path: string, token: string, body: string): Promise<Answer> {
  const url = new URL(path, way.server)
  const agent = agentFor(way, url)
  const options = {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    timeout: CONNECT_TIMEOUT_MS,
    ...(way.ca === undefined ? {} : { ca: way.ca }),
    ...(agent === undefined ? {} : { agent }),
  }
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, options, (answer: IncomingMessage) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }))
      answer.on('error', reject)
    })
    request.on('timeout', () =>
      request.destroy(new Error(`no answer from ${url.host} within ${CONNECT_TIMEOUT_MS / 1000} s`)),
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** Plain http is for a control plane on this machine or a trusted one beside it: no proxy is asked for it. */
function agentFor(way: Way, target: URL): Agent | undefined {
  if (target.protocol === 'http:' || target.protocol === 'ws:') return undefined
  const proxy = proxyFor(target, way.env)
  return proxy === undefined ? undefined : new TunnelAgent(proxy, way.ca === undefined ? {} : { ca: way.ca })
}

type Created = (error: Error | null, socket?: Duplex) => void

/** Reaches every host through an HTTP proxy's CONNECT (RFC 9110 §9.3.6), then speaks TLS with them. */
class TunnelAgent extends HttpsAgent {
  readonly #proxy: URL

  constructor(proxy: URL, options: AgentOptions) {
    super(options)
    this.#proxy = proxy
  }

  // node:http asks for connections by this name and takes the callback form.
  override createConnection(
    options: ConnectionOptions & { secureEndpoint?: boolean; protocol?: string },
    done: Created,
  ): undefined {
    const { host = '', port = 443 } = options
    const proxy = this.#proxy
    const { username, password } = proxy
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
      host: proxy.hostname,
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: `${host}:${port}`,
      timeout: CONNECT_TIMEOUT_MS,
      headers: {
        host: `${host}:${port}`,
        ...(username === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` }),
      },
    })
    request.on('connect', (answer, socket) => {
      if (answer.statusCode === 200) {
        done(null, tlsConnect({ ...options, socket, servername: options.servername ?? host }))
        return
      }
      socket.destroy()
      done(
        new Error(
          `the proxy ${proxy.host} answered ${answer.statusCode} ${answer.statusMessage} to CONNECT ${host}:${port}`,
        ),
      )
    })
    request.on('timeout', () => request.destroy(new Error(`the proxy ${proxy.host} does not answer`)))
    request.on('error', (error) => done(error))
    request.end()
    return undefined
  }
}
