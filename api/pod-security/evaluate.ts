import { BASELINE } from './baseline.ts'
import type { Check, Look, PodLike, Violation } from './check.ts'
import type { LevelVersion, Version } from './policy.ts'
import { RESTRICTED } from './restricted.ts'

/** The newest minor in which a check was revised: later ones ask the same. */
const NEWEST = 35

/** The revision that holds in a version, if there was one already. */
function lookOf({ versions }: Check, version: Version): Look | undefined {
  const minor = Math.min(version === 'latest' ? NEWEST : version, NEWEST)
  const revisions = Object.keys(versions).map(Number)
  const held = revisions.filter((since) => since <= minor)
  return held.length === 0 ? undefined : versions[Math.max(...held)]
}

function looksOf({ level, version }: LevelVersion): Look[] {
  if (level === 'privileged') return []
  const asked = (checks: readonly Check[]): Check[] => checks.filter((check) => lookOf(check, version) !== undefined)
  const restricted = level === 'restricted' ? asked(RESTRICTED) : []
  const replaced = new Set(restricted.map(({ instead }) => instead))
  const baseline = asked(BASELINE).filter(({ id }) => !replaced.has(id))
  return [...baseline, ...restricted].flatMap((check) => lookOf(check, version) ?? [])
}

/** Why a Pod violates a level in a version, baseline first; none where it does not. */
export const violations = (pod: PodLike, of: LevelVersion): Violation[] =>
  looksOf(of).flatMap((look) => look(pod) ?? [])

/** `host namespaces, hostPort`. */
export const reasonsOf = (found: readonly Violation[]): string => found.map(({ reason }) => reason).join(', ')

/** `host namespaces (hostNetwork=true), hostPort (container "c" uses hostPort 80)`. */
export const detailsOf = (found: readonly Violation[]): string =>
  found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ')
