import type { Binding } from './rbac.ts'

/**
 * What authorisation says. `why` goes into the message of a denial behind the colon, '' where Kubernetes gives no
 * reason; `by` is the binding that allows it, where it was one.
 */
export type Verdict = { allowed: true; by?: Binding } | { allowed: false; why: string }

export const ALLOWED: Verdict = { allowed: true }
export const denied = (why = ''): Verdict => ({ allowed: false, why })
