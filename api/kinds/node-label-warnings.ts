import type { Path } from '../meta/field-error.ts'
import { labelValueErrors } from '../meta/names.ts'
import type { LabelSelector, NodeSelectorTerm } from '../schema/types.generated.ts'

/** Labels of Nodes that have newer names: pkg/api/node/util.go. */
const DEPRECATED: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}

/** What is to be said of a label of Nodes, if anything. */
export const nodeLabelMessage = (key: string): string | undefined =>
  Object.hasOwn(DEPRECATED, key) ? DEPRECATED[key] : undefined

type Expressions = readonly { readonly key: string; readonly values?: readonly string[] }[]

function expressionWarnings(expressions: Expressions | undefined, at: Path, judgesValues = false): string[] {
  return (expressions ?? []).flatMap(({ key, values = [] }, i) => {
    const message = nodeLabelMessage(key)
    const old = message === undefined ? [] : [`${at.index(i).child('key')}: ${key} is ${message}`]
    if (!judgesValues) return old
    const where = at.index(i).child('values')
    const wrong = values.flatMap((value, j) =>
      labelValueErrors(value).map((why) => `${where.index(j)}: ${value} is invalid, ${why}`),
    )
    return [...old, ...wrong]
  })
}

/** `GetWarningsForNodeSelectorTerm`. `judgesValues`: those of a preference, which validation lets pass. */
export const nodeTermWarnings = (term: NodeSelectorTerm, at: Path, judgesValues = false): string[] =>
  expressionWarnings(term.matchExpressions, at.child('matchExpressions'), judgesValues)

/** `GetWarningsForNodeSelector`, for a selector of Nodes by their labels. */
export const nodeSelectorWarnings = (selector: LabelSelector | undefined, at: Path): string[] => [
  ...expressionWarnings(selector?.matchExpressions, at.child('matchExpressions')),
  ...Object.keys(selector?.matchLabels ?? {}).flatMap((key) => {
    const message = nodeLabelMessage(key)
    return message === undefined ? [] : [`${at.child('matchLabels').child(key)}: ${message}`]
  }),
]
