import type { Node, NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../../../api/schema/types.generated.ts'

/** Whether the Pod's nodeSelector and required node affinity allow the node: GetRequiredNodeAffinity. */
export function allowsNode(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {}
  const selector = Object.entries(pod.spec.nodeSelector ?? {})
  if (!selector.every(([key, value]) => labels[key] === value)) return false
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node))
}

/** Sum of the weights of the preferred terms that the node matches. */
export function preference(pod: Pod, node: Node): number {
  const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return preferred.reduce((sum, { weight, preference }) => sum + (prefers(preference, node) ? weight : 0), 0)
}

/** Terms are ORed, what stands in one is ANDed, and a term without anything matches nothing. */
function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const empty = (term.matchExpressions ?? []).length === 0 && (term.matchFields ?? []).length === 0
  return !empty && holds(term, node)
}

/** A preferred term without anything is the same for every node; it counts as not matched. */
const prefers = matchesTerm

const holds = (term: NodeSelectorTerm, node: Node): boolean =>
  (term.matchExpressions ?? []).every((requirement) =>
    satisfies(requirement, node.metadata.labels?.[requirement.key]),
  ) &&
  (term.matchFields ?? []).every(
    (requirement) => requirement.key === 'metadata.name' && satisfies(requirement, node.metadata.name),
  )

/** NotIn and DoesNotExist also match a label that is not there. */
function satisfies({ operator, values = [] }: NodeSelectorRequirement, label: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return label !== undefined && values.includes(label)
    case 'NotIn':
      return label === undefined || !values.includes(label)
    case 'Exists':
      return label !== undefined
    case 'DoesNotExist':
      return label === undefined
    case 'Gt':
      return compare(label, values[0]) > 0
    case 'Lt':
      return compare(label, values[0]) < 0
    default:
      return false
  }
}

/** Integers compared; NaN, which is neither above nor below, where one is none. */
function compare(label: string | undefined, value: string | undefined): number {
  const [a, b] = [label ?? '', value ?? '']
  return /^[-+]?\d+$/.test(a) && /^[-+]?\d+$/.test(b) ? Number(a) - Number(b) : NaN
}
