import type {
  FlowSchemaSpec,
  FlowcontrolSubject,
  NonResourcePolicyRule,
  PriorityLevelConfigurationSpec,
  ResourcePolicyRule,
} from '../../schema/types.generated.ts'

/**
 * The flow schemas and priority levels that every API server begins with. The mandatory ones are fixed, the suggested
 * ones may be changed; deleted ones come back. Model: k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap.
 */

/** On every object made here: podo may bring the spec up to date. */
export const AUTO_UPDATE = { 'apf.kubernetes.io/autoupdate-spec': 'true' } as const

const queueing = (
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queues: number,
  handSize: number,
): PriorityLevelConfigurationSpec => ({
  type: 'Limited',
  limited: {
    nominalConcurrencyShares,
    limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
    lendablePercent,
  },
})

/** Name → spec of the levels that must be as they are. */
export const MANDATORY_LEVELS: Readonly<Record<string, PriorityLevelConfigurationSpec>> = {
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  'catch-all': {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
  },
}

export const SUGGESTED_LEVELS: Readonly<Record<string, PriorityLevelConfigurationSpec>> = {
  system: queueing(30, 33, 64, 6),
  'node-high': queueing(40, 25, 64, 6),
  'leader-election': queueing(10, 0, 16, 4),
  'workload-high': queueing(40, 50, 128, 6),
  'workload-low': queueing(100, 90, 128, 6),
  'global-default': queueing(20, 50, 128, 6),
}

const groups = (...names: string[]): FlowcontrolSubject[] => names.map((name) => ({ kind: 'Group', group: { name } }))
const users = (...names: string[]): FlowcontrolSubject[] => names.map((name) => ({ kind: 'User', user: { name } }))
const systemAccounts = (...names: string[]): FlowcontrolSubject[] =>
  names.map((name) => ({ kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name } }))

const EVERYONE = groups('system:unauthenticated', 'system:authenticated')
const MANAGER = 'system:kube-controller-manager'
const SCHEDULER = 'system:kube-scheduler'

const anyVerb = (apiGroup: string, resources: string[], clusterScope: boolean): ResourcePolicyRule => ({
  verbs: ['*'],
  apiGroups: [apiGroup],
  resources,
  ...(clusterScope ? { clusterScope } : {}),
  namespaces: ['*'],
})
const writing = (apiGroup: string, resource: string): ResourcePolicyRule => ({
  verbs: ['get', 'create', 'update'],
  apiGroups: [apiGroup],
  resources: [resource],
  namespaces: ['*'],
})
const LEASES = writing('coordination.k8s.io', 'leases')
const ANY_URL: NonResourcePolicyRule = { verbs: ['*'], nonResourceURLs: ['*'] }

interface Rules {
  readonly resourceRules?: ResourcePolicyRule[]
  readonly nonResourceRules?: NonResourcePolicyRule[]
}
const EVERYTHING: Rules = { resourceRules: [anyVerb('*', ['*'], true)], nonResourceRules: [ANY_URL] }

const schema = (
  level: string,
  matchingPrecedence: number,
  by: 'ByUser' | 'ByNamespace' | undefined,
  subjects: FlowcontrolSubject[],
  rules: Rules = EVERYTHING,
): FlowSchemaSpec => ({
  priorityLevelConfiguration: { name: level },
  matchingPrecedence,
  ...(by === undefined ? {} : { distinguisherMethod: { type: by } }),
  rules: [{ subjects, ...rules }],
})

export const MANDATORY_SCHEMAS: Readonly<Record<string, FlowSchemaSpec>> = {
  exempt: schema('exempt', 1, undefined, groups('system:masters')),
  'catch-all': schema('catch-all', 10000, 'ByUser', EVERYONE),
}

export const SUGGESTED_SCHEMAS: Readonly<Record<string, FlowSchemaSpec>> = {
  'system-nodes': schema('system', 500, 'ByUser', groups('system:nodes')),
  'system-node-high': schema('node-high', 400, 'ByUser', groups('system:nodes'), {
    resourceRules: [anyVerb('', ['nodes', 'nodes/status'], true), anyVerb('coordination.k8s.io', ['leases'], false)],
  }),
  probes: schema('exempt', 2, undefined, EVERYONE, {
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  'system-leader-election': schema(
    'leader-election',
    100,
    'ByUser',
    [...users(MANAGER, SCHEDULER), ...systemAccounts('*')],
    { resourceRules: [LEASES] },
  ),
  'workload-leader-election': schema('leader-election', 200, 'ByUser', systemAccounts('*'), {
    resourceRules: [LEASES],
  }),
  'endpoint-controller': schema(
    'workload-high',
    150,
    'ByUser',
    [...users(MANAGER), ...systemAccounts('endpoint-controller', 'endpointslicemirroring-controller')],
    { resourceRules: [writing('', 'endpoints')] },
  ),
  'kube-controller-manager': schema('workload-high', 800, 'ByNamespace', users(MANAGER)),
  'kube-scheduler': schema('workload-high', 800, 'ByNamespace', users(SCHEDULER)),
  'kube-system-service-accounts': schema('workload-high', 900, 'ByNamespace', systemAccounts('*')),
  'service-accounts': schema('workload-low', 9000, 'ByUser', groups('system:serviceaccounts')),
  'global-default': schema('global-default', 9900, 'ByUser', EVERYONE),
}
