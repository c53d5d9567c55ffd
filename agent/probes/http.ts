import http from 'node:http'
import type { HTTPGetAction } from '../../api/schema/types.generated.ts'
import type { Outcome } from './probe.ts'
import { dialError } from './tcp.ts'

/** Kubelet's: a longer body is cut. */
const LONGEST_BODY = 10 * 1024
const MOST_REDIRECTS = 10
const USER_AGENT = 'kube-probe/1.36'

/** 200 to 399 is success; redirects are followed on the same host only. Model: k8s.io/kubernetes/pkg/probe/http. */
export async function httpProbe(action: HTTPGetAction, host: string, port: number, timeout: number): Promise<Outcome> {
  const scheme = (action.scheme ?? 'HTTP').toLowerCase()
  const path = action.path ?? '/'
  let url = new URL(`${scheme}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`)
  const signal = AbortSignal.timeout(timeout)
  for (let turn = 0; turn <= MOST_REDIRECTS; turn += 1) {
    const answer = await get(url, headersOf(action), signal)
    if ('output' in answer) return answer
    if (answer.location === undefined) return verdictOf(answer.status, answer.body)
    const target = new URL(answer.location, url)
    if (target.hostname !== url.hostname)
      return { result: 'warning', output: `Probe terminated redirects, Response body: ${answer.body}` }
    url = target
  }
  return { result: 'failure', output: `Get "${url.href}": stopped after ${MOST_REDIRECTS} redirects` }
}

interface Answer {
  status: number
  body: string
  location: string | undefined
}

/** One request; TLS is not verified, as a probe asks for life and not for identity. */
async function get(url: URL, headers: http.OutgoingHttpHeaders, signal: AbortSignal): Promise<Answer | Outcome> {
  // TLS costs memory: it is loaded for those who probe with it.
  const { request } = url.protocol === 'https:' ? await import('node:https') : http
  return new Promise((resolve) => {
    const options = { agent: false, headers, signal, rejectUnauthorized: false } as const
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      const end = (): void => {
        const status = response.statusCode ?? 0
        const body = Buffer.concat(chunks).toString('utf8', 0, LONGEST_BODY)
        resolve({ status, body, location: status >= 300 && status < 400 ? response.headers.location : undefined })
        sent.destroy()
      }
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        chunks.push(chunk)
        if (size >= LONGEST_BODY) end()
      })
      response.on('end', end)
      response.on('error', (error) => resolve({ result: 'failure', output: requestError(error, url, signal) }))
    })
    sent.on('error', (error) => resolve({ result: 'failure', output: requestError(error, url, signal) }))
    sent.end()
  })
}

function headersOf(action: HTTPGetAction): http.OutgoingHttpHeaders {
  const headers: Record<string, string> = { 'user-agent': USER_AGENT, accept: '*/*', connection: 'close' }
  for (const { name, value } of action.httpHeaders ?? []) headers[name.toLowerCase()] = value
  return headers
}

const verdictOf = (status: number, body: string): Outcome =>
  status >= 200 && status < 400
    ? { result: 'success', output: body }
    : { result: 'failure', output: `HTTP probe failed with statuscode: ${status}` }

function requestError(error: Error, url: URL, signal: AbortSignal): string {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const why = signal.aborted
    ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    : dialError(error, url.hostname, port)
  return `Get "${url.href}": ${why}`
}
