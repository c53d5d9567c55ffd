import {
  AUTO_UPDATE,
  MANDATORY_LEVELS,
  MANDATORY_SCHEMAS,
  SUGGESTED_LEVELS,
  SUGGESTED_SCHEMAS,
} from '../../api/kinds/flow-control/defaults.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/schema/types.generated.ts'
import { type Condition, withUpdated } from './conditions.ts'
import { type Change, type Controller, type Fresh, keyOf } from './controller.ts'

const GROUP = 'flowcontrol.apiserver.k8s.io'
const SCHEMAS = `flowschemas.${GROUP}`
const LEVELS = `prioritylevelconfigurations.${GROUP}`

/** An object of these that a cluster begins with, by name. */
const made = (kind: string, specs: Readonly<Record<string, object>>, name: string): Fresh | undefined => {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
  return spec && { apiVersion: `${GROUP}/v1`, kind, metadata: { name, annotations: AUTO_UPDATE }, spec }
}
const schema = (name: string): Fresh | undefined =>
  made('FlowSchema', { ...MANDATORY_SCHEMAS, ...SUGGESTED_SCHEMAS }, name)
const level = (name: string): Fresh | undefined =>
  made('PriorityLevelConfiguration', { ...MANDATORY_LEVELS, ...SUGGESTED_LEVELS }, name)

/** What was deleted of them comes back: deletion is not respected, only a changed spec is. */
const again = (object: Fresh | undefined): Change[] => (object === undefined ? [] : [{ do: 'create', object }])

/**
 * Keeps the flow schemas that a cluster begins with, and says of each whether its level exists (`Dangling`).
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#maintenance-of-the-mandatory-and-suggested-configuration-objects
 */
export const flowSchema: Controller<FlowSchema> = {
  name: 'api-priority-and-fairness-config-consumer-v1',
  resource: SCHEMAS,
  wakes: {
    [LEVELS]: ({ type, key }, view) =>
      type === 'MODIFIED'
        ? []
        : view
            .list<FlowSchema>(SCHEMAS)
            .filter(({ spec }) => spec.priorityLevelConfiguration.name === key.name)
            .map((object) => keyOf(SCHEMAS, object)),
  },
  reconcile(object, view) {
    const { name } = object.spec.priorityLevelConfiguration
    const exists = view.get(LEVELS, '', name) !== undefined
    const reference = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)}`
    const before = (object.status?.conditions ?? []) as Condition[] // validation wants a type in each
    const conditions = withUpdated(before, {
      type: 'Dangling',
      status: exists ? 'False' : 'True',
      lastTransitionTime: rfc3339(view.now),
      reason: exists ? 'Found' : 'NotFound',
      message: `${reference} ${exists ? 'and it exists' : 'but there is no such object'}`,
    })
    return [{ do: 'status', object, status: { ...object.status, conditions } }]
  },
  gone: ({ name }) => again(schema(name)),
}

export const priorityLevel: Controller<PriorityLevelConfiguration> = {
  name: 'api-priority-and-fairness-level-keeper-v1',
  resource: LEVELS,
  concerns: ({ type }) => type === 'DELETED',
  reconcile: () => [],
  gone: ({ name }) => again(level(name)),
}
