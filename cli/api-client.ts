import { request } from 'node:https'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { Refusal } from './state.ts'

/** One answer of the API server: the status and the body, parsed where it is JSON. */
export interface Answer {
  readonly code: number
  readonly body: unknown
}

export interface ApiClient {
  readonly server: string
  call(method: string, path: string, body?: unknown, accept?: string, contentType?: string): Promise<Answer>
  /** The body of a 2xx; throws a Refusal with the server's own sentence otherwise. */
  expect<T>(method: string, path: string, body?: unknown, accept?: string): Promise<T>
}

/** A client for the one cluster of a kubeconfig that podo wrote (token user, embedded authority). */
export function apiClient(kubeconfig: string): ApiClient {
  const { server, ca, token } = readKubeconfig(kubeconfig)
  const call: ApiClient['call'] = (method, path, body, accept = 'application/json', contentType = 'application/json') =>
    new Promise((done, fail) => {
      const data = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
      const headers = {
        authorization: `Bearer ${token}`,
        accept,
        ...(data === undefined ? {} : { 'content-type': contentType, 'content-length': data.length }),
      }
      const sent = request(new URL(path, server), { method, ca, headers, timeout: 30_000 }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          done({ code: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString()) }),
        )
        response.on('error', fail)
      })
      sent.on('timeout', () => sent.destroy(new Error('no answer within 30 s')))
      sent.on('error', (error) => fail(new Refusal(`The control plane at ${server} does not answer: ${error.message}`)))
      sent.end(data)
    })
  return {
    server,
    call,
    async expect<T>(method: string, path: string, body?: unknown, accept?: string): Promise<T> {
      const answer = await call(method, path, body, accept)
      if (answer.code >= 200 && answer.code < 300) return answer.body as T // the caller names the shape of this path
      throw new Refusal(messageOf(answer))
    },
  }
}

/** The sentence of a Status, or what there is. */
export function messageOf(answer: Answer): string {
  const body = answer.body as { message?: unknown } | null // a Status has a message; anything else is printed as it is
  return typeof body?.message === 'string'
    ? body.message
    : `The control plane answered ${answer.code}: ${JSON.stringify(answer.body)}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function readKubeconfig(path: string): { server: string; ca: string; token: string } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new Refusal(
      `There is no ${path}: start podo with \`npm start\` first, or name a kubeconfig with --kubeconfig.`,
    )
  }
  const config = parse(text) as {
    clusters?: { cluster?: { server?: string; 'certificate-authority-data'?: string } }[]
    users?: { user?: { token?: string } }[]
  } // the file is podo's own; what is missing is refused below
  const cluster = config.clusters?.[0]?.cluster
  const token = config.users?.[0]?.user?.token
  if (cluster?.server === undefined || token === undefined)
    throw new Refusal(`${path} names no cluster with a token user.`)
  return {
    server: cluster.server,
    ca: Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString(),
    token,
  }
}
