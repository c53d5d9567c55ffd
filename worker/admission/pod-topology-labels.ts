import type { Resource } from '../../api/meta/object.ts'
import type { Binding, Pod } from '../../api/schema/types.generated.ts'
import type { Tx } from '../store/store.ts'
import type { Plugin } from './plugin.ts'

const LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

/** A Pod says in which zone and region it runs, once it has a node; what it says already stands. plugin/pkg/admission/podtopologylabels. */
export const podTopologyLabels: Plugin = {
  name: 'PodTopologyLabels',
  of: ['pods'],
  admit(object, { operation, subresource }, tx) {
    if (operation !== 'CREATE') return object
    if (subresource === '') return labelled(object, (object as Pod).spec.nodeName, tx) // by the subresource
    if (subresource !== 'binding') return object
    const { target } = object as Binding // by the subresource
    return target.kind === 'Node' ? labelled(object, target.name, tx) : object
  },
}

function labelled(object: Resource, node: string | undefined, tx: Tx): Resource {
  if (!node) return object
  const from = tx.get({ resource: 'nodes', namespace: '', name: node })?.object.metadata.labels ?? {}
  const labels = Object.fromEntries(LABELS.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])))
  if (Object.keys(labels).length === 0) return object
  return { ...object, metadata: { ...object.metadata, labels: { ...labels, ...object.metadata.labels } } }
}
