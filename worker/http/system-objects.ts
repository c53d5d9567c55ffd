import { apiPriority } from '../../api/kinds/api-priorities.ts'
import { apiServiceName } from '../../api/kinds/apiservice.ts'
import {
  AUTO_UPDATE,
  MANDATORY_LEVELS,
  MANDATORY_SCHEMAS,
  SUGGESTED_LEVELS,
  SUGGESTED_SCHEMAS,
} from '../../api/kinds/flow-control/defaults.ts'
import { kindOfResource } from '../../api/kinds/index.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import { SYSTEM_PRIORITY_CLASSES } from '../../api/kinds/priorityclass.ts'
import type { Draft, Registry, Dice } from '../registry/registry.ts'
import type { Store } from '../store/store.ts'
import { groupVersions } from './discovery.ts'

/** Raised with every change of what is made here, so that a cluster of an older build gets it. */
const VERSION = 1
const COLLECTION = 'settings'
const RECORD = 'system-objects'

const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io'

/** An object to be made: its resource, and what a client would send. */
interface Seed {
  readonly resource: string
  readonly name: string
  readonly draft: Draft
}

const seed = (resource: string, name: string, rest: object, metadata: object = {}): Seed => ({
  resource,
  name,
  // The registry fills in kind, version and the rest of the metadata.
  draft: { ...rest, metadata: { name, ...metadata } } as Draft,
})

/** The APIService of each group and version that is served here (kube-aggregator's autoregistration). */
const apiServices = (kinds: readonly Kind[]): Seed[] =>
  groupVersions(kinds).flatMap(({ group, version }) => {
    const priority = apiPriority(group, version)
    if (priority === undefined) return []
    const spec = { group, version, groupPriorityMinimum: priority.group, versionPriority: priority.version }
    const labels = { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' }
    return [seed('apiservices.apiregistration.k8s.io', apiServiceName(group, version), { spec }, { labels })]
  })

const flowControl = (plural: string, specs: Readonly<Record<string, object>>): Seed[] =>
  Object.entries(specs).map(([name, spec]) =>
    seed(`${plural}.${FLOW_CONTROL}`, name, { spec }, { annotations: AUTO_UPDATE }),
  )

/** What a kube-apiserver makes when it starts, besides namespaces and roles. */
export const systemObjects = (kinds: readonly Kind[]): Seed[] => [
  ...SYSTEM_PRIORITY_CLASSES.map(({ name, ...rest }) => seed('priorityclasses.scheduling.k8s.io', name, rest)),
  ...flowControl('prioritylevelconfigurations', { ...MANDATORY_LEVELS, ...SUGGESTED_LEVELS }),
  ...flowControl('flowschemas', { ...MANDATORY_SCHEMAS, ...SUGGESTED_SCHEMAS }),
  ...apiServices(kinds),
]

/**
 * Makes those that are missing, once for each version of this list: a record says that it was done, so a wake reads one
 * row. `now` is in milliseconds.
 */
export function createSystemObjects(
  store: Store,
  registry: Registry,
  kinds: readonly Kind[],
  dice: Dice,
  now: number,
): void {
  store.transaction((tx) => {
    if (tx.records.get(COLLECTION, RECORD) === JSON.stringify(VERSION)) return
    const caller = { user: { name: 'system:apiserver', groups: ['system:masters'] }, now, warnings: [], dice }
    for (const { resource, name, draft } of systemObjects(kinds)) {
      const kind = kindOfResource(resource)
      if (kind === undefined) throw new Error(`the kind of ${resource} is not declared`)
      if (tx.get({ resource, namespace: '', name }) === undefined)
        registry.create(tx, caller, kind, '', {
          ...draft,
          apiVersion: kind.apiVersion,
          kind: kind.kind,
        })
    }
    tx.records.put(COLLECTION, RECORD, JSON.stringify(VERSION))
  })
}
