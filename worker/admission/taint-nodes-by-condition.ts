import type { Resource } from '../../api/meta/object.ts'
import type { Node, Taint } from '../../api/schema/types.generated.ts'
import type { Plugin } from './plugin.ts'

const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

/** A new Node takes no Pods before it has been seen ready. plugin/pkg/admission/nodetaint. */
export const taintNodesByCondition: Plugin = {
  name: 'TaintNodesByCondition',
  of: ['nodes'],
  admit: (object, { operation, subresource }) =>
    operation === 'CREATE' && subresource === '' ? tainted(object as Node) : object, // asked for Nodes only
}

function tainted(node: Node): Resource {
  const taints = node.spec?.taints ?? []
  if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return node
  return { ...node, spec: { ...node.spec, taints: [...taints, NOT_READY] } } as Node // its spec has one field more
}
