import type { Case } from './case.ts'

/**
 * What a conversation needs that podo does not have at all yet, so that it cannot be held to the answer: a later issue
 * brings it. Undefined for everything else.
 */
export function needsLater(recorded: Case): 'custom resources' | 'CEL' | undefined {
  if (recorded.area === 'crd') return 'custom resources'
  const { setup, during, cleanup, path } = recorded
  const spoken = JSON.stringify([path, setup, during, cleanup])
  if (spoken.includes('/apis/apiextensions.k8s.io/')) return 'custom resources'
  // Policies are objects like others; only what their expressions say is not judged.
  return CEL.includes(recorded.id) ? 'CEL' : undefined
}

/** An expression that would have to be evaluated, and one that would have to be compiled. */
const CEL: readonly string[] = ['admission/vap/deny-default-message', 'validation/misc/vap-cel']
