import { StatusError } from '../../api/meta/status-error.ts'
import type { Asker } from '../governor/governor.ts'
import { MAX_BODY } from './refusals.ts'

/**
 * What one object can carry at a time. It has one thread and 128 MB, so it is overloaded in two ways: requests wait for
 * the thread (seen by the time since the edge sent them), or bodies that are being read fill the memory. What is too much
 * is refused before it costs anything. Nodes and admins get further than others, so that they can mend what others
 * overload: the place of max-requests-inflight and of flow control in kube-apiserver.
 */
interface Room {
  readonly requests: number
  /** Bytes of bodies that are being read. */
  readonly bytes: number
  /** Milliseconds that a request may have waited. */
  readonly waited: number
}
const MIB = 1024 * 1024
const OTHERS: Room = { requests: 200, bytes: 24 * MIB, waited: 3_000 }
const RESERVED: Room = { requests: 300, bytes: 40 * MIB, waited: 15_000 }

/** Why a request was refused, in the words of `apiserver_flowcontrol_rejected_requests_total`. */
export type Refusal = 'concurrency-limit' | 'time-out'

/** Header in which the edge says when it sent a request on, in milliseconds since the epoch. */
export const SENT_HEADER = 'podo-sent'

export class Gate {
  #requests = { mutating: 0, readOnly: 0 }
  #bytes = 0
  readonly #refused: (why: Refusal) => void

  constructor(refused: (why: Refusal) => void = () => undefined) {
    this.#refused = refused
  }

  /** Requests that are being answered. */
  get inflight(): Readonly<Record<'mutating' | 'readOnly', number>> {
    return this.#requests
  }

  /** Lets a request in; what it answers is called when the request has been answered. Throws 429. */
  enter(request: Request, asker: Asker, now: number): () => void {
    const room = asker === 'other' ? OTHERS : RESERVED
    const bytes = bytesOf(request)
    const kind = request.method === 'GET' || request.method === 'HEAD' ? 'readOnly' : 'mutating'
    if (now - sentAt(request, now) > room.waited) throw this.#tooMany('time-out')
    const { mutating, readOnly } = this.#requests
    const isFull = mutating + readOnly >= room.requests || (bytes > 0 && this.#bytes + bytes > room.bytes)
    if (isFull) throw this.#tooMany('concurrency-limit')
    this.#requests[kind] += 1
    this.#bytes += bytes
    return () => {
      this.#requests[kind] -= 1
      this.#bytes -= bytes
    }
  }

  #tooMany(why: Refusal): StatusError {
    this.#refused(why)
    return new StatusError('TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 })
  }
}

/** What a body takes at most: what it says, or the most that is read. */
function bytesOf(request: Request): number {
  if (request.body === null) return 0
  const length = Number(request.headers.get('content-length') ?? MAX_BODY)
  return Number.isFinite(length) ? Math.min(length, MAX_BODY) : MAX_BODY
}

function sentAt(request: Request, now: number): number {
  const sent = Number(request.headers.get(SENT_HEADER) ?? now)
  return Number.isFinite(sent) ? sent : now
}
