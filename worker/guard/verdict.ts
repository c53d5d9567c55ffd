/** What authorisation says; `why` goes into the message behind the colon, '' where Kubernetes gives no reason. */
export type Verdict = { allowed: true } | { allowed: false; why: string }

export const ALLOWED: Verdict = { allowed: true }
export const denied = (why = ''): Verdict => ({ allowed: false, why })
