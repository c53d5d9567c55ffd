import type { Resource } from '../meta/object.ts'
import { groupResource } from '../meta/status-error.ts'
import resources from '../schema/table/resources.json' with { type: 'json' }
import type { Kind, KindRules, ResourceFacts } from './kind.ts'

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

/** A kind out of the facts of its resource and its rules. `resource` is `deployments.apps`, `pods`. */
export function declare<T extends Resource>(resource: string, rules: KindRules<T>): Kind {
  const facts = FACTS.find((fact) => resourceOf(fact) === resource)
  if (facts === undefined) throw new Error(`no facts of resource ${resource}`)
  const kind: Kind<T> = {
    ...facts,
    resource,
    apiVersion: facts.group === '' ? facts.version : `${facts.group}/${facts.version}`,
    model: modelOf(facts),
    rules: {
      subresources: facts.subresources?.some(({ name }) => name === 'status') === true ? ['status'] : [],
      ...rules,
    },
  }
  // The registry hands a kind's rules only objects of that kind, which it has decoded against the kind's model.
  return kind as unknown as Kind
}
