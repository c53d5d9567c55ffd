import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

let t: TestApi
beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
})
afterEach(() => t.close())

const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses'
const RUNTIMES = '/apis/node.k8s.io/v1/runtimeclasses'
const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices'
const SCHEMAS = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas'
const LEVELS = '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations'
const HOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
const MUTATING = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'
const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'
const MUTATIONS = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies'
const BINDINGS = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings'
const CLAIMS = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims'
const DEVICES = '/apis/resource.k8s.io/v1/deviceclasses'
const SLICES = '/apis/resource.k8s.io/v1/resourceslices'

type Row = [rule: string, path: string, body: object, message: string]
const named = (name: string, rest: object): object => ({ metadata: { name }, ...rest })

const hook = (change: object): object => ({
  name: 'a.example.com',
  clientConfig: { url: 'https://h/x' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  ...change,
})
const rule = (change: object): object =>
  hook({ rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], ...change }] })
const hooks = (...webhooks: object[]): object => named('w', { webhooks })

const matchConstraints = {
  resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
}
const policy = (change: object): object =>
  named('p', { spec: { matchConstraints, validations: [{ expression: 'true' }], ...change } })
const mutation = (mutations: object[]): object =>
  named('p', { spec: { matchConstraints, reinvocationPolicy: 'Never', mutations } })

const flow = (name: string, change: object): object =>
  named(name, {
    spec: {
      priorityLevelConfiguration: { name: 'catch-all' },
      matchingPrecedence: 5,
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: '*' } }],
          nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        },
      ],
      ...change,
    },
  })
const flowRule = (change: object): object =>
  flow('f', { rules: [{ subjects: [{ kind: 'Group', group: { name: 'g' } }], ...change }] })
const level = (name: string, spec: object): object => named(name, { spec })
const queue = (queuing: object): object => ({
  type: 'Limited',
  limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Queue', queuing } },
})

const claim = (devices: object): object => named('c', { spec: { devices } })
const exactly = { deviceClassName: 'd' }
const slice = (spec: object): object =>
  named('s', {
    spec: { driver: 'd.example.com', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, ...spec },
  })

const ROWS: Row[] = [
  ['[AP140]', CLASSES, named('system-x', { value: 1 }), 'error: system-x is not a known system priority class'],
  [
    '[AP140]',
    CLASSES,
    named('system-node-critical', { value: 1 }),
    'value of system-node-critical PriorityClass must be 2000001000',
  ],
  [
    '[AP140]',
    CLASSES,
    named('p', { value: 1000000001 }),
    'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
  ],
  [
    '[AP140]',
    CLASSES,
    named('p', { value: 1, preemptionPolicy: 'x' }),
    'preemptionPolicy: Unsupported value: "x": supported values: "PreemptLowerPriority", "Never"',
  ],
  ['[AP146]', RUNTIMES, named('r', { handler: 'A' }), 'handler: Invalid value: "A": a lowercase RFC 1123 label'],
  [
    '[AP146]',
    RUNTIMES,
    named('r', { handler: 'a', overhead: { podFixed: { cpu: '-1' } } }),
    'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
  ],
  [
    '[AP146]',
    RUNTIMES,
    named('r', { handler: 'a', scheduling: { tolerations: [{ operator: 'x', key: 'a' }] } }),
    'scheduling.tolerations[0].operator: Unsupported value: "x"',
  ],
  [
    '[AP144]',
    SERVICES,
    named('v1.a', { spec: { group: 'a.io', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 } }),
    'must be `spec.version+"."+spec.group`: "v1.a.io"',
  ],
  [
    '[AP144]',
    SERVICES,
    named('v2.', { spec: { version: 'v2', groupPriorityMinimum: 1, versionPriority: 1 } }),
    'only v1 may have an empty group and it better be legacy kube',
  ],
  [
    '[AP144]',
    SERVICES,
    named('v1.a.io', { spec: { group: 'a.io', version: 'v1', groupPriorityMinimum: 0, versionPriority: 1001 } }),
    'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000, spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
  ],
  [
    '[AP144]',
    SERVICES,
    named('v1.a.io', {
      spec: {
        group: 'a.io',
        version: 'v1',
        groupPriorityMinimum: 1,
        versionPriority: 1,
        service: {},
        caBundle: 'YQ==',
        insecureSkipTLSVerify: true,
      },
    }),
    'spec.service.namespace: Required value, spec.service.name: Required value, spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
  ],
  ['[AP142]', HOOKS, hooks(hook({}), hook({})), 'webhooks[1].name: Duplicate value: "a.example.com"'],
  [
    '[AP142]',
    HOOKS,
    hooks(hook({ clientConfig: {} })),
    'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
  ],
  [
    '[AP142]',
    HOOKS,
    hooks(hook({ clientConfig: { url: 'https://u@h:1/x?q=1#f' } })),
    'webhooks[0].clientConfig.url: Invalid value: "u": user information is not permitted in the URL, webhooks[0].clientConfig.url: Invalid value: "f": fragments are not permitted in the URL, webhooks[0].clientConfig.url: Invalid value: "q=1": query parameters are not permitted in the URL',
  ],
  [
    '[AP142]',
    HOOKS,
    hooks(hook({ clientConfig: { service: { name: 'n', namespace: '', path: 'x//Y' } } })),
    'webhooks[0].clientConfig.service.name: Required value: service name is required',
  ],
  [
    '[AP142]',
    HOOKS,
    hooks(hook({ admissionReviewVersions: ['v2', 'v2'] })),
    'webhooks[0].admissionReviewVersions[1]: Invalid value: "v2": duplicate version, webhooks[0].admissionReviewVersions: Invalid value: ["v2","v2"]: must include at least one of v1, v1beta1',
  ],
  [
    '[AP142]',
    HOOKS,
    hooks(rule({ operations: ['*', 'X'] })),
    `webhooks[0].rules[0].operations: Invalid value: ["*","X"]: if '*' is present, must not specify other operations, webhooks[0].rules[0].operations[1]: Unsupported value: "X": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"`,
  ],
  [
    '[AP142]',
    HOOKS,
    hooks(rule({ resources: ['pods/*', 'pods/status'] })),
    `webhooks[0].rules[0].resources[1]: Invalid value: "pods/status": if 'pods/*' is present, must not specify pods/status`,
  ],
  [
    '[AP142]',
    HOOKS,
    hooks(rule({ resources: ['*', 'pods'] })),
    "if '*' is present, must not specify other resources without subresources",
  ],
  [
    '[AP142]',
    HOOKS,
    hooks(hook({ matchConditions: [{ name: 'a b', expression: ' ' }] })),
    'webhooks[0].matchConditions[0].expression: Required value',
  ],
  [
    '[AP142]',
    MUTATING,
    hooks(hook({ reinvocationPolicy: 'x' })),
    'webhooks[0].reinvocationPolicy: Unsupported value: "x": supported values: "IfNeeded", "Never"',
  ],
  [
    '[AP142]',
    POLICIES,
    policy({ validations: [] }),
    'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
  ],
  ['[AP142]', POLICIES, policy({ matchConstraints: {} }), 'spec.matchConstraints.resourceRules: Required value'],
  [
    '[AP142]',
    POLICIES,
    policy({ variables: [{ name: 'in', expression: '' }] }),
    'spec.variables[0].name: Invalid value: "in": name is not a valid CEL identifier, spec.variables[0].expression: Required value: expression is not specified',
  ],
  [
    '[AP142]',
    POLICIES,
    policy({ validations: [{ expression: 'a', message: 'a\nb', reason: 'x' }] }),
    'message must not contain line breaks, spec.validations[0].reason: Unsupported value: "x": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
  ],
  [
    '[AP142]',
    MUTATIONS,
    mutation([{ patchType: 'JSONPatch', applyConfiguration: { expression: 'x' } }]),
    'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch, spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
  ],
  ['[AP142]', MUTATIONS, mutation([]), 'spec.mutations: Required value'],
  [
    '[AP142]',
    BINDINGS,
    named('b', { spec: { policyName: 'p', validationActions: ['Deny', 'Warn', 'x'] } }),
    'spec.validationActions[2]: Unsupported value: "x": supported values: "Audit", "Deny", "Warn", spec.validationActions: Invalid value: ["Deny","Warn","x"]: must not contain both Deny and Warn',
  ],
  [
    '[AP142]',
    BINDINGS,
    named('b', { spec: { policyName: 'p', paramRef: {}, validationActions: [] } }),
    'spec.paramRef: Required value: one of name or selector must be specified, spec.paramRef.parameterNotFoundAction: Required value, spec.validationActions: Required value: at least one validation action is required',
  ],
  [
    '[AP143]',
    SCHEMAS,
    flow('f', { matchingPrecedence: 1 }),
    "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
  ],
  [
    '[AP143]',
    SCHEMAS,
    flow('f', { distinguisherMethod: { type: 'x' } }),
    'spec.distinguisherMethod.type: Unsupported value: {"Type":"x"}: supported values: "ByNamespace", "ByUser"',
  ],
  ['[AP143]', SCHEMAS, flow('exempt', {}), `spec of 'exempt' must equal the fixed value`],
  ['[AP143]', SCHEMAS, flowRule({}), 'at least one of resourceRules and nonResourceRules has to be non-empty'],
  [
    '[AP143]',
    SCHEMAS,
    flowRule({ nonResourceRules: [{ verbs: ['x'], nonResourceURLs: ['/a*'] }] }),
    'spec.rules[0].nonResourceRules[0].verbs: Unsupported value: ["x"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch", spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*": wildcard can only do suffix matching',
  ],
  [
    '[AP143]',
    SCHEMAS,
    flow('f', {
      rules: [
        {
          subjects: [{ kind: 'User', group: { name: 'g' } }],
          nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        },
      ],
    }),
    `user is required when subject kind is 'User', spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'`,
  ],
  [
    '[AP143]',
    LEVELS,
    level('l', { type: 'Exempt' }),
    `spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`,
  ],
  [
    '[AP143]',
    LEVELS,
    level('l', {
      type: 'Limited',
      limited: { nominalConcurrencyShares: -1, limitResponse: { type: 'Reject' }, lendablePercent: 101 },
    }),
    'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer, spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
  ],
  [
    '[AP143]',
    LEVELS,
    level('l', queue({ queues: 100000, handSize: 10, queueLengthLimit: 1 })),
    'required entropy bits of deckSize 100000 and handSize 10 should not be greater than 60',
  ],
  [
    '[AP143]',
    LEVELS,
    level('catch-all', queue({ queues: 1, handSize: 1, queueLengthLimit: 1 })),
    `Invalid value: {"Type":"Limited","Limited":{"NominalConcurrencyShares":1,"LimitResponse":{"Type":"Queue","Queuing":{"Queues":1,"HandSize":1,"QueueLengthLimit":1}},"LendablePercent":0,"BorrowingLimitPercent":null},"Exempt":null}: spec of 'catch-all' must equal the fixed value`,
  ],
  [
    '[AP145]',
    CLAIMS,
    claim({ requests: [{ name: 'r' }] }),
    'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
  ],
  [
    '[AP145]',
    CLAIMS,
    claim({ requests: [{ name: 'r', exactly: { deviceClassName: 'd', allocationMode: 'All', count: 2 } }] }),
    "spec.devices.requests[0].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'",
  ],
  [
    '[AP145]',
    CLAIMS,
    claim({
      requests: [
        { name: 'r', exactly },
        { name: 'r', exactly },
      ],
    }),
    'spec.devices.requests[1]: Duplicate value: "r"',
  ],
  [
    '[AP145]',
    CLAIMS,
    claim({ requests: [{ name: 'r', exactly }], constraints: [{ requests: ['x'], matchAttribute: 'a' }] }),
    'spec.devices.constraints[0].requests[0]: Invalid value: "x": must be the name of a request in the claim',
  ],
  [
    '[AP145]',
    CLAIMS,
    claim({ requests: [{ name: 'r', exactly }], config: [{ opaque: { driver: '', parameters: {} } }] }),
    'spec.devices.config[0].opaque.driver: Required value',
  ],
  [
    '[AP145]',
    DEVICES,
    named('d', { spec: { selectors: [{}], extendedResourceName: 'cpu' } }),
    'spec.selectors[0].cel: Required value, spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name',
  ],
  [
    '[AP145]',
    SLICES,
    slice({}),
    'spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
  ],
  [
    '[AP145]',
    SLICES,
    slice({ allNodes: true, devices: [{ name: 'A', attributes: { 'a-b': {} } }] }),
    'spec.devices[0].attributes[a-b]: Invalid value: "a-b": a valid C identifier',
  ],
]

test.each(ROWS)('%s POST %s is refused', async (_rule, path, body, message) => {
  const answer = await t.call('POST', path, body)
  expect(answer.body['message']).toContain(message)
  expect(answer.status).toBe(422)
})

test('[AP140] what a PriorityClass is worth never changes, and those of the system never go', async () => {
  await t.call('POST', CLASSES, named('p', { value: 1 }))
  const changed = await t.call('PATCH', `${CLASSES}/p`, { value: 2, preemptionPolicy: 'Never' }, MERGE)
  expect(changed.body['message']).toBe(
    'PriorityClass.scheduling.k8s.io "p" is invalid: [value: Forbidden: may not be changed in an update., preemptionPolicy: Invalid value: "Never": field is immutable]',
  )
  const system = named('system-node-critical', { value: 2000001000 })
  expect((await t.call('POST', CLASSES, system)).status).toBe(201)
  const gone = await t.call('DELETE', `${CLASSES}/system-node-critical`)
  expect([gone.status, gone.body['message']]).toEqual([
    403,
    'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
  ])
})

test('[AP146] the handler of a RuntimeClass never changes', async () => {
  await t.call('POST', RUNTIMES, named('r', { handler: 'a' }))
  const changed = await t.call('PATCH', `${RUNTIMES}/r`, { handler: 'b' }, MERGE)
  expect(changed.body['message']).toContain('handler: Invalid value: "b": field is immutable')
})

test('[AP142] what an older configuration has may stay; what it had right may not go wrong', async () => {
  await t.call('POST', HOOKS, hooks(hook({})))
  const sideEffects = await t.call('PATCH', `${HOOKS}/w`, { webhooks: [hook({ sideEffects: 'Some' })] }, MERGE)
  expect(sideEffects.body['message']).toContain('supported values: "None", "NoneOnDryRun"')
  const fine = await t.call('PATCH', `${HOOKS}/w`, { webhooks: [hook({ failurePolicy: 'Ignore' })] }, MERGE)
  expect([fine.status, (fine.body['metadata'] as { generation: number }).generation]).toEqual([200, 2])
})

test('[AP142] expressions of policies are kept and not compiled', async () => {
  expect((await t.call('POST', POLICIES, policy({ validations: [{ expression: 'object.spec. ==' }] }))).status).toBe(
    201,
  )
})

test('[AP145] a claim asks once; what it was given is kept by its status', async () => {
  const made = await t.call('POST', CLAIMS, claim({ requests: [{ name: 'r', exactly }] }))
  expect(made.status).toBe(201)
  const changed = await t.call('PATCH', `${CLAIMS}/c`, { spec: { devices: { requests: null } } }, MERGE)
  expect(changed.body['message']).toBe(
    'ResourceClaim.resource.k8s.io "c" is invalid: spec: Invalid value: {"Devices":{"Requests":null,"Constraints":null,"Config":null}}: field is immutable',
  )
  const status = (value: object) => t.call('PATCH', `${CLAIMS}/c/status`, { status: value }, MERGE)
  const consumer = { resource: 'pods', name: 'p', uid: 'u' }
  expect((await status({ reservedFor: [consumer] })).body['message']).toContain(
    'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
  )
  const results = [{ request: 'r', driver: 'd.example.com', pool: 'p', device: 'a' }]
  expect((await status({ allocation: { devices: { results } }, reservedFor: [consumer] })).status).toBe(200)
  const other = [{ request: 'x', driver: 'd.example.com', pool: 'p', device: 'a' }]
  expect((await status({ allocation: { devices: { results: other } } })).body['message']).toContain(
    'field is immutable',
  )
})
