/** What all conditions of the API have in common. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string | null
}

/** The condition of that type, if there is one. */
export const conditionOf = <C extends Condition>(conditions: readonly C[] | undefined, type: string): C | undefined =>
  conditions?.find((condition) => condition.type === type)

/** Whether the condition of that type is True. */
export const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  conditionOf(conditions, type)?.status === 'True'

/** The conditions without that type. */
export const withoutCondition = <C extends Condition>(conditions: readonly C[] | undefined, type: string): C[] =>
  (conditions ?? []).filter((condition) => condition.type !== type)

/**
 * Puts a condition in, in place of the one of its type. A condition that says the same (status and reason) is left as it
 * is, message and times included, and one with the same status keeps its lastTransitionTime: SetDeploymentCondition and
 * SetCondition of pkg/controller/{deployment,replicaset}.
 */
export function withCondition<C extends Condition>(conditions: readonly C[] | undefined, condition: C): C[] {
  const current = conditionOf(conditions, condition.type)
  if (current?.status === condition.status && current.reason === condition.reason) return [...(conditions ?? [])]
  const kept =
    current?.status === condition.status && current.lastTransitionTime !== undefined
      ? { ...condition, lastTransitionTime: current.lastTransitionTime }
      : condition
  return [...withoutCondition(conditions, condition.type), kept]
}

/** Puts a condition in where anything of it differs, in place; only another status moves lastTransitionTime: podutil.UpdatePodCondition. */
export function withUpdated<C extends Condition>(conditions: readonly C[] | undefined, condition: C): C[] {
  const current = conditionOf(conditions, condition.type)
  if (current === undefined) return [...(conditions ?? []), condition]
  const since = current.status === condition.status ? current.lastTransitionTime : condition.lastTransitionTime
  const next = since === undefined ? condition : { ...condition, lastTransitionTime: since }
  return (conditions ?? []).map((old) => (old === current ? next : old))
}
