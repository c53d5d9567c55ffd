import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Step } from './case.ts'

/** Where the requests of a replay go, and who sends them. */
export interface Endpoint {
  /** `https://127.0.0.1:8443`. */
  readonly server: string
  /** PEM of the CA that the server's certificate must come from. */
  readonly ca?: string
  /** Of a user of `system:masters`. */
  readonly token: string
  /** Of the user `plain` of the group `devs`. */
  readonly userToken: string
}

export interface Answer {
  readonly status: number
  /** Name, value, name, value, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

/** A request, with what a watch needs to know: how long or how many lines to read, and what to do meanwhile. */
export interface Sent extends Step {
  readonly method: string
  readonly path: string
  readonly readMs?: number
  readonly events?: number
  readonly during?: () => Promise<void>
}

export interface Exchange {
  send(request: Sent): Promise<Answer>
  close(): void
}

const ANSWER_MS = 40_000

export function openExchange(endpoint: Endpoint): Exchange {
  const base = new URL(endpoint.server)
  const isSecure = base.protocol === 'https:'
  const options = { keepAlive: true, maxSockets: 64 }
  const agent = isSecure
    ? new HttpsAgent({ ...options, ...(endpoint.ca === undefined ? {} : { ca: endpoint.ca }) })
    : new HttpAgent(options)
  const open = isSecure ? httpsRequest : httpRequest
  return {
    send(sent) {
      const body = bodyOf(sent)
      return new Promise((resolve, reject) => {
        const target = { agent, host: base.hostname, port: base.port, method: sent.method, path: sent.path }
        const request = open({ ...target, headers: headersOf(endpoint, sent, body) }, (response) => {
          read(response, sent, () => request.destroy(), resolve)
          sent.during?.().catch(reject)
        })
        request.setTimeout(ANSWER_MS, () => request.destroy(new Error(`no answer in ${ANSWER_MS} ms`)))
        request.on('error', reject)
        request.end(body)
      })
    },
    close: () => agent.destroy(),
  }
}

/** Collects the body until it ends, the time is over, or enough lines have come. */
function read(response: IncomingMessage, sent: Sent, abort: () => void, resolve: (answer: Answer) => void): void {
  const chunks: Buffer[] = []
  let timer: NodeJS.Timeout | undefined
  const finish = () => {
    clearTimeout(timer)
    resolve({ status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, body: Buffer.concat(chunks) })
  }
  const stop = () => {
    finish()
    abort()
  }
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    if (sent.events !== undefined && linesIn(Buffer.concat(chunks)) >= sent.events) stop()
  })
  for (const event of ['end', 'error', 'close']) response.on(event, finish)
  if (sent.readMs !== undefined) timer = setTimeout(stop, sent.readMs)
}

/** Whole lines; bare newlines only keep a connection alive. */
const linesIn = (body: Buffer): number => body.toString().match(/.\n/g)?.length ?? 0

function bodyOf({ body, bodyBase64 }: Sent): Buffer | undefined {
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64')
  if (body === undefined) return undefined
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

function headersOf(endpoint: Endpoint, sent: Sent, body: Buffer | undefined): Record<string, string> {
  const headers = new Map<string, [name: string, value: string]>()
  const set = (name: string, value: string) => headers.set(name.toLowerCase(), [name, value])
  set('User-Agent', 'replay/1.0')
  set('Accept', 'application/json')
  if ((sent.as ?? 'admin') === 'admin') set('Authorization', `Bearer ${endpoint.token}`)
  if (sent.as === 'user') set('Authorization', `Bearer ${endpoint.userToken}`)
  if (body !== undefined) {
    set('Content-Type', 'application/json')
    set('Content-Length', String(body.length))
  }
  for (const [name, value] of Object.entries(sent.headers ?? {})) {
    if (value === null) headers.delete(name.toLowerCase())
    else set(name, value)
  }
  return Object.fromEntries(headers.values())
}
