import type { Rejection } from './filters.ts'

/** Why a Pod found no node, as its condition and its event say it. */
export interface Verdict {
  readonly message: string
}

export const NO_NODES = 'no nodes available to schedule pods'

/**
 * `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: …`: FitError.Error of
 * pkg/scheduler/framework. Every Pod of podo has the same priority until PriorityClasses exist, so preemption never finds
 * a victim, and the second half says just that.
 */
export function fitError(
  total: number,
  preFilter: string | undefined,
  rejections: readonly Rejection[],
  neverPreempts = false,
): Verdict {
  const reasons = preFilter ?? histogram(rejections.flatMap((rejection) => rejection.reasons))
  const helps = rejections.filter((rejection) => rejection.preemptionHelps).length
  const preemption = histogram([
    ...Array.from<string>({ length: helps }).fill('No preemption victims found for incoming pod'),
    ...Array.from<string>({ length: total - helps }).fill('Preemption is not helpful for scheduling'),
  ])
  const ending = neverPreempts
    ? 'not eligible due to preemptionPolicy=Never.'
    : `0/${total} nodes are available: ${preemption}.`
  return { message: `0/${total} nodes are available: ${reasons}. preemption: ${ending}` }
}

/** `2 Insufficient cpu, 3 Too many pods`: each text with its count, sorted as text. */
function histogram(texts: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts]
    .map(([text, count]) => `${count} ${text}`)
    .sort()
    .join(', ')
}
