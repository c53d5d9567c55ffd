import type { Resource } from '../meta/object.ts'
import { groupResource } from '../meta/status-error.ts'
import resources from '../schema/table/resources.json' with { type: 'json' }
import type { Form, Kind, KindRules, ResourceFacts } from './kind.ts'

/** The generator writes exactly these shapes; JSON imports are typed by their values. */
export const FACTS: readonly ResourceFacts[] = resources

/** `deployments.apps`: the store's name of a resource. */
export const resourceOf = (fact: ResourceFacts): string => groupResource(fact.group, fact.plural)

/** Groups whose types live outside of k8s.io/api. */
const PACKAGES: Readonly<Record<string, string>> = {
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
}

/** `io.k8s.api.apps.v1.Deployment`: OpenAPI drops what follows the first segment of a group. */
const modelOf = ({ group, version, kind }: ResourceFacts): string =>
  `${PACKAGES[group] ?? `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}`}.${version}.${kind}`

const apiVersionOf = ({ group, version }: ResourceFacts): string => (group === '' ? version : `${group}/${version}`)

/** A kind out of the facts of its resource and its rules. `resource` is `deployments.apps`, `pods`. */
export function declare<T extends Resource>(resource: string, rules: KindRules<T>): Kind {
  const facts = FACTS.find((fact) => resourceOf(fact) === resource)
  if (facts === undefined) throw new Error(`no facts of resource ${resource}`)
  const kind: Kind<T> = {
    ...facts,
    resource,
    apiVersion: apiVersionOf(facts),
    model: modelOf(facts),
    forms: [],
    rules: {
      subresources: facts.subresources?.some(({ name }) => name === 'status') === true ? ['status'] : [],
      ...rules,
    },
  }
  // The registry hands a kind's rules only objects of that kind, which it has decoded against the kind's model.
  return kind as unknown as Kind
}

/**
 * A resource that is served but stored as `of`. `S` is the stored type: rules are about objects in the stored form, and
 * stand in place of the stored kind's for writes in this one.
 */
export function declareForm<S extends Resource, T extends Resource>(
  of: Kind,
  { resource, version }: { resource: string; version: string },
  rules: KindRules<S>,
  forms: { toStored(object: T): S; fromStored(object: S): T },
): Kind {
  const facts = FACTS.find((fact) => resourceOf(fact) === resource && fact.version === version)
  if (facts === undefined) throw new Error(`no facts of resource ${resource} in version ${version}`)
  // What the registry and the store hand to a kind's hooks are objects of that kind.
  const own = { ...of.rules, ...(rules as unknown as KindRules) }
  // Errors name the resource that the client asked for, and the kind that is stored.
  const plural = facts.group === of.group ? of.plural : resourceOf(facts)
  const kind: Kind = {
    ...facts,
    resource: of.resource,
    apiVersion: apiVersionOf(facts),
    model: modelOf(facts),
    rules: own,
    forms: [],
    form: {
      get stored() {
        return stored
      },
      ...(forms as unknown as Pick<Form, 'toStored' | 'fromStored'>),
    },
  }
  const stored: Kind = { ...of, plural, rules: own, written: kind }
  // A stored kind is declared before its forms, and knows them only so.
  ;(of.forms as Kind[]).push(kind)
  return kind
}
