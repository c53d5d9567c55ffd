import { StatusError } from '../api/meta/status-error.ts'
import { type PodSecurity, podSecurityOf } from './admission/index.ts'
import { type Level, levelOf } from './audit/audit.ts'
import { type Limits, limitsOf } from './governor/quota.ts'

/** What people may choose of a deployment, as variables of the Worker. */
export interface SettingsEnv {
  /** What a day may cost: `free`, `off` (where absent), or limits as JSON (worker/governor/quota.ts). */
  readonly PODO_QUOTA?: string
  /** What is written down of requests: `off`, `denials`, `writes` (where absent), `all` (worker/audit/audit.ts). */
  readonly PODO_AUDIT?: string
  /** What Pods must keep to without labels, and who is exempt: PodSecurityConfiguration as JSON. */
  readonly PODO_POD_SECURITY?: string
}

export interface Settings {
  readonly limits: Limits
  readonly audit: Level
  readonly podSecurity: PodSecurity
}

/** Reads them; throws 503 with the name of the one that is wrong and what it may be. */
export function settingsOf(env: SettingsEnv): Settings {
  const { PODO_QUOTA: quota, PODO_AUDIT: audit, PODO_POD_SECURITY: podSecurity } = env
  try {
    return { limits: limitsOf(quota), audit: levelOf(audit), podSecurity: podSecurityOf(podSecurity) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new StatusError('ServiceUnavailable', `this cluster is not set up: ${why}`)
  }
}
