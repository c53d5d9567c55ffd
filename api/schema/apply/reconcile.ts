import { nameOf } from './element.ts'
import { asMember, elementsOf, type FieldSet, isEmpty, isMemberNode, LEAF, node, nodeAt } from './set.ts'
import { memberType, type Type } from './type.ts'

/**
 * A set that was written when a type was granular, brought to what the type is: what lies below an atomic value is that
 * value. Answers the same set where nothing changes. Model: `ReconcileFieldSetWithSchema`.
 */
export function reconcile(set: FieldSet, type: Type | undefined): FieldSet {
  if (type === undefined) return set
  let changed: FieldSet | undefined
  for (const element of elementsOf(set)) {
    const at = nodeAt(set, element) ?? LEAF
    const name = nameOf(element)
    const inner = name === undefined ? type.list?.element : type.map && memberType(type.map, name)
    const next = reconcileNode(at, inner)
    if (next === at) continue
    changed ??= { ...set }
    changed[element] = next
  }
  return changed ?? set
}

function reconcileNode(at: FieldSet, type: Type | undefined): FieldSet {
  if (isEmpty(at) || type === undefined) return at
  // What is of any kind is never changed by a schema.
  if (type.parts !== undefined) return at
  if (type.map?.atomic === true || type.list?.relation === 'atomic') return LEAF
  const next = reconcile(at, type)
  return next === at ? at : isMemberNode(at) ? asMember(next) : (node(false, next) ?? LEAF)
}
