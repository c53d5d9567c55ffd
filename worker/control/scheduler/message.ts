import type { Rejection } from './filters.ts'

/** Why a Pod found no node, as its condition and its event say it. */
export interface Verdict {
  readonly message: string
}

const NO_VICTIMS = 'No preemption victims found for incoming pod'
const NOT_HELPFUL = 'Preemption is not helpful for scheduling'

export const NO_NODES = 'no nodes available to schedule pods'

/**
 * `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: …`: FitError.Error of
 * pkg/scheduler/framework. Without PriorityClasses nearly all Pods have the same priority, and preemption finds no victim.
 * Where a system-critical Pod would, the text says that podo leaves the others alone.
 */
export function fitError(
  total: number,
  preFilter: string | undefined,
  rejections: readonly Rejection[],
  neverPreempts = false,
): Verdict {
  const reasons = preFilter ?? histogram(rejections.flatMap((rejection) => rejection.reasons))
  const outcomes = rejections.map(({ preemptionHelps, victims }) => {
    if (!preemptionHelps) return NOT_HELPFUL
    return victims === true ? 'podo does not preempt Pods of lower priority yet' : NO_VICTIMS
  })
  const rest = Array.from<string>({ length: total - rejections.length }).fill(NOT_HELPFUL)
  const preemption = histogram([...outcomes, ...rest])
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
