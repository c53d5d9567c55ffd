import { field } from './element.ts'
import {
  elementsOf,
  EMPTY,
  type FieldSet,
  isEmpty,
  isMemberNode,
  LEAF,
  node,
  nodeAt,
  recursiveDifference,
  setOf,
} from './set.ts'

/**
 * What a write does not own because the server puts it back: `drop` names these fields, `only` the ones that count,
 * dots between names and `*` for any item. Model: GetResetFields and GetResetFieldsFilter of the registry's strategies.
 */
export type Reset = { readonly drop: readonly string[] } | { readonly only: readonly string[] }

/** Takes what is reset out of a set. */
export type Filter = (set: FieldSet) => FieldSet

const filters = new WeakMap<Reset, Filter>()

/** The filter of a row; made once for each. */
export function filterOf(reset: Reset): Filter {
  const known = filters.get(reset)
  if (known !== undefined) return known
  const filter = makeFilter(reset)
  filters.set(reset, filter)
  return filter
}

function makeFilter(reset: Reset): Filter {
  if ('drop' in reset) {
    const dropped = setOf(...reset.drop.map((path) => path.split('.').map(field)))
    return (set) => recursiveDifference(set, dropped)
  }
  const patterns = reset.only.map((path) => path.split('.'))
  return (set) => matching(set, patterns)
}

/** `FilterIncludeMatches`: what lies on the way to a pattern stays, and all that lies below its end. */
function matching(set: FieldSet, patterns: readonly (readonly string[])[]): FieldSet {
  if (patterns.some((pattern) => pattern.length === 0)) return set
  const kept: FieldSet = {}
  for (const element of elementsOf(set)) {
    const onward = patterns
      .filter(([first = '']) => first === '*' || field(first) === element)
      .map((pattern) => pattern.slice(1))
    if (onward.length === 0) continue
    const at = nodeAt(set, element) ?? LEAF
    const self = isMemberNode(at)
    const children = isEmpty(at) ? EMPTY : matching(childrenOf(at), onward)
    const found = node(self, children)
    if (found !== undefined) kept[element] = found
  }
  return kept
}

const childrenOf = (at: FieldSet): FieldSet =>
  Object.fromEntries(elementsOf(at).map((element) => [element, at[element] ?? LEAF]))
