import { Agent, request } from 'node:https'

/** Who is asked: podo or the baseline. */
export interface Server {
  readonly url: string
  /** PEM of the authority that its certificate is from. */
  readonly ca: string
  /** Bearer token; the baseline has none. */
  readonly token?: string
}

export interface Client {
  /** One request on a connection that is kept; the body of the answer. Throws on a status of 400 and more. */
  send(method: string, path: string, body?: string, type?: string, accept?: string): Promise<string>
  close(): void
}

/** The one client of all comparisons: node:https with at most so many connections, which stay open. */
export function makeClient({ url, ca, token }: Server, connections: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca })
  const { hostname, port } = new URL(url)
  const send: Client['send'] = (method, path, body, type = 'application/json', accept = 'application/json') => {
    const headers = {
      accept,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
    }
    return new Promise((done, fail) => {
      const sent = request({ agent, hostname, port, method, path, headers, timeout: 30_000 }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', fail)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const code = response.statusCode ?? 0
          if (code < 400) done(text)
          else fail(new Error(`${method} ${path} answered ${code}: ${text}`))
        })
      })
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer within 30 s`)))
      sent.on('error', fail)
      sent.end(body)
    })
  }
  return { send, close: () => agent.destroy() }
}

/** Requests a second of `clients` that each send the next one when the last was answered, over `ms` milliseconds. */
export async function rate(clients: number, ms: number, once: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  let answered = 0
  const one = async (): Promise<void> => {
    while (performance.now() - start < ms) {
      await once()
      answered++
    }
  }
  await Promise.all(Array.from({ length: clients }, one))
  return (answered / (performance.now() - start)) * 1000
}

/** Milliseconds that some work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Runs `once` for each number below `count`, so many at a time. */
export async function each(count: number, atATime: number, once: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const one = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await once(i)
  }
  await Promise.all(Array.from({ length: atATime }, one))
}
