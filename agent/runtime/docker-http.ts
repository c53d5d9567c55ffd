import { deferred } from '../deferred.ts'
import http, { type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { RuntimeError, type RuntimeFailure } from './runtime.ts'

/** Docker's HTTP API over its unix socket. node:http only: fetch would cost 8 MB of memory (undici). */
export interface DockerHttp {
  /** Whether the daemon answers at all: the cheapest question there is. Throws RuntimeError where it does not. */
  ping(): Promise<void>
  /** One request, one JSON answer. Undefined for an empty body. Throws RuntimeError for every status of 400 and more. */
  call(method: string, path: string, options?: CallOptions): Promise<unknown>
  /** A request whose answer is read as it comes. The caller destroys it. */
  stream(method: string, path: string, options?: CallOptions): Promise<IncomingMessage>
  /** A request that turns its connection into a raw stream in both directions. */
  hijack(path: string, body: object): Promise<{ socket: Duplex; head: Buffer }>
}

export interface CallOptions {
  query?: Record<string, string | number | boolean | undefined>
  /** An object is sent as JSON, a Buffer as a tar. */
  body?: object | Buffer
  headers?: Record<string, string>
  /** Milliseconds without an answer. Defaults to two minutes, as kubelet's runtimeRequestTimeout. */
  timeout?: number
  signal?: AbortSignal
}

/** Docker 28.3. Fields that later versions drop are not read. */
const NEWEST = '1.51'
/** Docker 19.03, the oldest with what the agent asks of it. */
const OLDEST = '1.40'
const TIMEOUT = 120_000
/** A daemon whose version differs from the negotiated one was exchanged while we were connected. */
const OTHER_VERSION = /client version \S+ is too (new|old)/

export function dockerHttp(socketPath: string): DockerHttp {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  let version: Promise<string> | undefined

  const negotiated = (): Promise<string> => {
    version ??= ping(socketPath).catch((error: unknown) => {
      version = undefined
      throw error
    })
    return version
  }

  /** Sends, renegotiates once where the daemon is another one than before. */
  const send = async <T>(attempt: (prefix: string) => Promise<T>): Promise<T> => {
    try {
      return await attempt(`/v${await negotiated()}`)
    } catch (error) {
      if (error instanceof RuntimeError && error.kind === 'down') version = undefined
      if (!(error instanceof RuntimeError) || !OTHER_VERSION.test(error.message)) throw error
      version = undefined
      return attempt(`/v${await negotiated()}`)
    }
  }

  return {
    ping: async () => void (await ping(socketPath, agent)),
    call: (method, path, options = {}) =>
      send(async (prefix) => {
        const response = await request({ socketPath, agent, method, path: prefix + path, options })
        return json(await text(response))
      }),
    stream: (method, path, options = {}) =>
      send((prefix) => request({ socketPath, agent: false, method, path: prefix + path, options })),
    hijack: (path, body) => send((prefix) => upgrade(socketPath, prefix + path, body)),
  }
}

interface Request {
  socketPath: string
  agent: http.Agent | false
  method: string
  path: string
  options: CallOptions
}

/** Resolves with an answer below 400, whose body is still to be read. */
async function request({ socketPath, agent, method, path, options }: Request): Promise<IncomingMessage> {
  const { payload, type } = encode(options.body)
  const headers: http.OutgoingHttpHeaders = { host: 'docker', ...options.headers }
  if (payload !== undefined) Object.assign(headers, { 'content-type': type, 'content-length': payload.length })
  const { promise, resolve, reject } = deferred<IncomingMessage>()
  const sent = http.request(
    { socketPath, agent, method, path: path + queryOf(options.query), headers, ...signalOf(options.signal) },
    resolve,
  )
  sent.setTimeout(options.timeout ?? TIMEOUT, () =>
    sent.destroy(new RuntimeError('down', `Docker did not answer ${method} ${path} in time`)),
  )
  sent.on('error', (error) => reject(connectionError(error, socketPath)))
  sent.end(payload)
  const response = await promise
  if ((response.statusCode ?? 500) >= 400) throw statusError(response.statusCode ?? 500, await text(response))
  return response
}

function upgrade(socketPath: string, path: string, body: object): Promise<{ socket: Duplex; head: Buffer }> {
  const payload = Buffer.from(JSON.stringify(body))
  const { promise, resolve, reject } = deferred<{ socket: Duplex; head: Buffer }>()
  const headers = {
    host: 'docker',
    connection: 'Upgrade',
    upgrade: 'tcp',
    'content-type': 'application/json',
    'content-length': payload.length,
  }
  const sent = http.request({ socketPath, agent: false, method: 'POST', path, headers })
  sent.setTimeout(TIMEOUT, () => sent.destroy(new RuntimeError('down', `Docker did not answer POST ${path} in time`)))
  sent.on('upgrade', (_, socket, head) => {
    socket.setTimeout(0)
    resolve({ socket, head })
  })
  sent.on('response', (response) => {
    text(response).then((message) => reject(statusError(response.statusCode ?? 500, message)), reject)
  })
  sent.on('error', (error) => reject(connectionError(error, socketPath)))
  sent.end(payload)
  return promise
}

/** The API version to speak. `/_ping` is the one path that needs none. */
async function ping(socketPath: string, agent: http.Agent | false = false): Promise<string> {
  const response = await request({
    socketPath,
    agent,
    method: 'GET',
    path: '/_ping',
    options: { timeout: 10_000 },
  })
  await text(response)
  const offered = response.headers['api-version']
  if (typeof offered !== 'string') throw new RuntimeError('down', `what listens on ${socketPath} is not Docker`)
  if (compareVersions(offered, OLDEST) < 0)
    throw new RuntimeError('down', `Docker's API ${offered} is too old: podo needs ${OLDEST} (Docker 19.03) or newer`)
  return compareVersions(offered, NEWEST) < 0 ? offered : NEWEST
}

export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA - majorB || minorA - minorB
}

function encode(body: object | Buffer | undefined): { payload?: Buffer; type?: string } {
  if (body === undefined) return {}
  if (Buffer.isBuffer(body)) return { payload: body, type: 'application/x-tar' }
  return { payload: Buffer.from(JSON.stringify(body)), type: 'application/json' }
}

const signalOf = (signal: AbortSignal | undefined): { signal?: AbortSignal } => (signal === undefined ? {} : { signal })

function queryOf(query: CallOptions['query']): string {
  const parts = Object.entries(query ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(String(value))}`],
  )
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

async function text(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response) chunks.push(chunk)
  } catch (error) {
    throw connectionError(error, 'the Docker socket')
  }
  return Buffer.concat(chunks).toString('utf8')
}

const json = (body: string): unknown => (body.trim() === '' || !/^[[{"]/.test(body) ? undefined : JSON.parse(body))

function connectionError(error: unknown, socketPath: string): RuntimeError {
  if (error instanceof RuntimeError) return error
  const { code, message, name } =
    error instanceof Error
      ? { code: undefined, ...error, name: error.name, message: error.message }
      : { code: undefined, name: '', message: String(error) }
  if (name === 'AbortError') return new RuntimeError('other', 'context canceled')
  if (code === 'ENOENT' || code === 'ECONNREFUSED')
    return new RuntimeError(
      'down',
      `Cannot connect to the Docker daemon at unix://${socketPath}. Is the docker daemon running?`,
    )
  if (code === 'EACCES')
    return new RuntimeError(
      'down',
      `permission denied while trying to connect to the Docker daemon socket at unix://${socketPath}`,
    )
  return new RuntimeError('down', `the connection to Docker broke: ${message}`)
}

/** What Docker's status codes mean. Errors before routing are plain text, all others `{"message": …}`. */
function statusError(status: number, body: string): RuntimeError {
  const parsed = body.startsWith('{') ? json(body) : undefined
  const message =
    typeof parsed === 'object' && parsed !== null && 'message' in parsed ? String(parsed.message) : body.trim()
  return new RuntimeError(failureOf(status), message, status)
}

function failureOf(status: number): RuntimeFailure {
  if (status === 404) return 'not-found'
  if (status === 409) return 'conflict'
  return status < 500 ? 'refused' : 'other'
}
