import type { JsonObject } from './object.ts'

/** Reasons of `metav1.StatusReason` that podo answers with, and the HTTP code that each travels with. */
export const CODES = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  Gone: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const
export type Reason = keyof typeof CODES

export interface Cause {
  reason?: string
  message: string
  field?: string
}
export interface Details {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: Cause[]
  retryAfterSeconds?: number
}

/**
 * The one failure of the API: `metav1.Status` with `status: Failure`. Whatever a caller can cause is thrown as this and
 * turned into a response in one place (`worker/http/respond.ts`).
 */
export class StatusError extends Error {
  readonly code: number
  constructor(
    /** Empty where Kubernetes sends a code without a reason (500 of a failed strategic merge patch). */
    readonly reason: Reason | '',
    message: string,
    readonly details?: Details,
    code?: number,
  ) {
    super(message)
    this.code = code ?? (reason === '' ? 500 : CODES[reason])
  }

  toStatus(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: { ...this.details } as JsonObject }),
      code: this.code,
    }
  }
}

/** `pods` or `deployments.apps`: how messages and the store name a resource. */
export const groupResource = (group: string, plural: string): string => (group === '' ? plural : `${plural}.${group}`)
