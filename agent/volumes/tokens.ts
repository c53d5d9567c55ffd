import { parseTime } from '../../api/meta/time.ts'
import type { Pod, ServiceAccountTokenProjection } from '../../api/schema/types.generated.ts'
import type { Clock } from '../clock.ts'
import { renewalOf, type Token } from './token-life.ts'

/** No token, in kubelet's words. */
export class TokenError extends Error {
  /** Nobody answered, or somebody who cannot give one at present: that says nothing about the Pod. */
  readonly isSilence: boolean
  constructor(message: string, isSilence: boolean) {
    super(message)
    this.isSilence = isSilence
  }
}

/** One request to the API with the node's credential. Throws where no answer comes. */
export type PostToApi = (path: string, body: string) => Promise<{ status: number; text: string }>

export interface TokensOptions {
  readonly post: PostToApi
  readonly clock: Clock
  readonly random: () => number
}

export interface HeldToken {
  readonly text: string
  /** When it is to be replaced, in milliseconds since the epoch. */
  readonly renewAt: number
}

/** Requests under way at once: a machine that starts with a hundred Pods shall not take the memory of a hundred. */
const AT_ONCE = 4

/**
 * Tokens of the Pods' ServiceAccounts, in memory only: one for each Pod, audience and lifetime. One that is due is
 * asked for anew; where that fails the old one goes on until it expires. Model: pkg/kubelet/token.Manager
 */
export class Tokens {
  readonly #options: TokensOptions
  readonly #held = new Map<string, Token & HeldToken>()
  readonly #waiting: (() => void)[] = []
  #free = AT_ONCE

  constructor(options: TokensOptions) {
    this.#options = options
  }

  /** Throws TokenError. */
  async get(pod: Pod, projection: ServiceAccountTokenProjection): Promise<HeldToken> {
    const key = keyOf(pod, projection)
    const known = this.#held.get(key)
    const { clock, random } = this.#options
    if (known !== undefined && clock.now() < known.renewAt) return known
    try {
      const token = await this.#oneOfFew(() => this.#ask(pod, projection))
      const held = { ...token, renewAt: renewalOf(token, random()) }
      this.#held.set(key, held)
      return held
    } catch (error) {
      if (!(error instanceof TokenError) || known === undefined || clock.now() < known.expiresAt) throw error
      throw new TokenError(`token ${key} expired and refresh failed: ${error.message}`, error.isSilence)
    }
  }

  /** Forgets those of a Pod that has ended. */
  forget(uid: string): void {
    for (const key of this.#held.keys()) if (key.startsWith(`${uid}/`)) this.#held.delete(key)
  }

  async #oneOfFew<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((go) => this.#waiting.push(go))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }

  async #ask(pod: Pod, { audience = '', expirationSeconds }: ServiceAccountTokenProjection): Promise<Token> {
    const { namespace = '', name, uid } = pod.metadata
    const account = pod.spec.serviceAccountName ?? 'default'
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: audience === '' ? [] : [audience],
        ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    }
    const { status, text } = await this.#options.post(path, JSON.stringify(request)).catch((error: unknown) => {
      throw new TokenError(`failed to fetch token: ${reasonOf(error)}`, true)
    })
    if (status === 200 || status === 201) return tokenIn(text)
    throw new TokenError(`failed to fetch token: ${statusMessage(text) ?? `HTTP ${status}`}`, isPassing(status))
  }
}

/** An overloaded server, and one that is not itself yet. */
const isPassing = (status: number): boolean => status === 429 || status >= 500

const keyOf = ({ metadata }: Pod, { audience = '', expirationSeconds = 0 }: ServiceAccountTokenProjection): string =>
  `${metadata.uid}/${audience}/${expirationSeconds}`

/** An error that names several addresses says nothing itself, but has a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message === '' && 'code' in error ? String(error.code) : error.message
}

interface TokenRequest {
  spec?: { expirationSeconds?: number }
  status?: { token?: string; expirationTimestamp?: string }
}

function tokenIn(text: string): Token {
  const { spec, status } = parsed(text) as TokenRequest // the API's answer; what is missing is found below
  const { token, expirationTimestamp } = status ?? {}
  if (token === undefined || expirationTimestamp === undefined)
    throw new TokenError('failed to fetch token: the answer holds none', false)
  return { text: token, expiresAt: parseTime(expirationTimestamp), seconds: spec?.expirationSeconds ?? 3600 }
}

function statusMessage(text: string): string | undefined {
  const { message } = parsed(text) as { message?: unknown } // a Status, or anything
  return typeof message === 'string' && message !== '' ? message : undefined
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
