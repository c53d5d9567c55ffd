import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { kubectls, minor } from '../support/kubectl.ts'

/**
 * The whole command list of kubectl, each command at least once, with every kubectl of this machine. What needs a running
 * container (logs, exec, cp, attach, port-forward, debug) has its tests with Docker in test/kubectl/streams.test.ts; what
 * people type all day is in test/kubectl/verbs.test.ts.
 */
let cluster: TestCluster
let dir: string
beforeAll(async () => {
  cluster = await startCluster()
  dir = mkdtempSync(join(tmpdir(), 'podo-kubectl-'))
})
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true })
  await cluster?.stop()
})

const CONFIGMAP = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: red}
`
const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'nginx:1', ports: [{containerPort: 80}]}]}
`
const ROLES = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}]
`
/** openssl req -newkey rsa -subj /CN=jane/O=devs */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQ1l6Q0NBVXNDQVFBd0hqRU5NQXNHQTFVRUF3d0VhbUZ1WlRFTk1Bc0dBMVVFQ2d3RVpHVjJjekNDQVNJdwpEUVlKS29aSWh2Y05BUUVCQlFBRGdnRVBBRENDQVFvQ2dnRUJBTEhqdjRLcnB3QWF5aUFwcWUyL3lTSWRPdUxICllHSjg5MkZGWllCaVNTMkN2QUxjb1RrN0tGckh6eFIxK2dEUEN3UGRCVFlURWZ6NkxUc3hFU1EzTTlyZFFUeFIKNG5HZnAvM2FSVmhvVEsxNTVUSlZKa3VnK1JWSUQ4RlBycTJrbWpnME5DNVhPTXZXa3BxKzBlMWxCdmc2TlBISQpXSStvSjRQcDFmNDA4cVhha2Q0WkJXSU5WbzFVT0tCa2JLd2lVTktVT1FTb29ILytXdWlhaVhJQlZFVnA2K2FSCmNVamZYbm1veC9BbkNaSHd3NTY4QzVvbVV6ZHJ1NFRHSE1Yb0RLeEN5alo5Sk1nSENSbTV3Nk9zM25wNGVMUHMKN2VHOUEwSFlmTWRyTWN4UzVkcFh0YWoycEMybFJXblE4QUQ1RGlrd1lJSnUxZzc4QjFEdktjWlRqcjhDQXdFQQpBYUFBTUEwR0NTcUdTSWIzRFFFQkN3VUFBNElCQVFCcllBbFNQMndLQ3dHVXdNdTNaUURWSWRpYmNXMVkrM3VXCnZrNG9qUjZqcnlhbHArYVpZQVU1RFE3UHo4Y1RLbjAzVGY5a2xxZlRoKzNqcXEwV3o0MklORzcvVkp6RHVGQmQKN2toMFY3OW1jN3ZpK3VHeStOcmdpOUlVVkpPV0pnMzJ3TlJVbURBRlZwWkp1S21JZTg2cmlRT21ZU3lIVFBxagpYelRGZVU0QTlWaXlJOFJZa0xNWnZFWjVqRjcwMUoyRFJtVVN1OXk2aW9BL1FiYkkrazFtMFVxV0pHdzZLNFpCCnVTUG0xYWh6cUpoUTdCTlBjWndjYnZNdldDRWM2Z0tGdDU4WlIyVE5kbmxVU2FhZDVYc1RhN0Y0MXlleFdNY1AKSUtQN3JFVCtuZ2I0UHk3U1JXcm56SWcwcTVheFNPTkxvWXpZSi9vRU5uUTRmVVkwdnBzMAotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K'
const csr = (name: string): string => `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ${name}}
spec: {signerName: example.com/test, usages: [client auth], request: ${REQUEST}}
`

describe.each(kubectls())('kubectl $version', (binary) => {
  const ns = `k${binary.version.replace('.', '-').toLowerCase()}`
  const run = (args: string[], stdin?: string) =>
    cluster.kubectl(['-n', ns, ...args], { binary, ...(stdin === undefined ? {} : { stdin }) })
  const ok = (args: string[], stdin?: string): Promise<string> =>
    cluster.ok(['-n', ns, ...args], { binary, ...(stdin === undefined ? {} : { stdin }) })
  const fails = async (args: string[], stdin?: string): Promise<string> => {
    const result = await run(args, stdin)
    expect(result.code).not.toBe(0)
    return result.err
  }
  beforeAll(async () => {
    await cluster.ok(['create', 'namespace', ns])
  })
  afterAll(async () => {
    await cluster.ok(['delete', 'namespace', ns, '--wait=false'])
  })

  test('[AP233] apply on the server, its conflict, and force', async () => {
    expect(await ok(['apply', '--server-side', '-f', '-'], CONFIGMAP)).toBe('configmap/settings serverside-applied\n')
    const blue = CONFIGMAP.replace('red', 'blue')
    const refused = await fails(['apply', '--server-side', '--field-manager=other', '-f', '-'], blue)
    expect(refused).toContain('Apply failed with 1 conflict: conflict with "kubectl"')
    expect(refused).toContain('.data.color')
    await ok(['apply', '--server-side', '--field-manager=other', '--force-conflicts', '-f', '-'], blue)
    expect(await ok(['get', 'cm', 'settings', '-o', 'jsonpath={.data.color}'])).toBe('blue')
    const managers = '-o=jsonpath={.metadata.managedFields[*].manager}'
    // Who owns nothing any more is not among them.
    expect(await ok(['get', 'cm', 'settings', '--show-managed-fields', managers])).toBe('other')
  })

  test('[AP233] apply from the client, then from the server, keeps one owner', async () => {
    const text = CONFIGMAP.replace('settings', 'moved')
    await ok(['apply', '-f', '-'], text)
    await ok(['apply', '--server-side', '-f', '-'], text)
    await ok(['apply', '--server-side', '-f', '-'], text.replace('data: {color: red}', 'data: {size: big}'))
    expect(await ok(['get', 'cm', 'moved', '-o', 'jsonpath={.data}'])).toBe('{"size":"big"}')
  })

  test('[AP233] apply view-last-applied, set-last-applied, edit-last-applied, prune of what is gone', async () => {
    await ok(['apply', '-f', '-'], CONFIGMAP.replace('settings', 'last'))
    expect(await ok(['apply', 'view-last-applied', 'cm/last'])).toContain('color: red')
    await cluster.ok(['-n', ns, 'apply', 'set-last-applied', '--create-annotation', '-f', '-'], {
      binary,
      stdin: CONFIGMAP.replace('settings', 'last').replace('red', 'green'),
    })
    expect(await ok(['apply', 'view-last-applied', 'cm/last'])).toContain('color: green')
    expect(
      (await cluster.kubectl(['-n', ns, 'apply', 'edit-last-applied', 'cm/last'], { binary, env: { EDITOR: 'true' } }))
        .code,
    ).toBe(0)
    const labelled = CONFIGMAP.replace('name: settings', 'name: prune, labels: {set: a}')
    await ok(['apply', '-f', '-'], labelled)
    const pruned = ['apply', '--prune', '-l', 'set=a', '--prune-allowlist=core/v1/ConfigMap', '-f', '-']
    expect(await ok(pruned, labelled.replace('name: prune', 'name: kept'))).toContain('configmap/prune pruned')
  })

  test('[AP233] diff, replace, patch of each type', async () => {
    await ok(['apply', '-f', '-'], CONFIGMAP.replace('settings', 'p'))
    const changed = CONFIGMAP.replace('settings', 'p').replace('red', 'blue')
    const diff = await run(['diff', '-f', '-'], changed)
    expect([diff.code, diff.out]).toEqual([1, expect.stringMatching(/^-  color: red\n\+  color: blue$/m)])
    expect((await run(['diff', '--server-side', '-f', '-'], changed)).code).toBe(1)
    expect(await ok(['replace', '-f', '-'], changed)).toBe('configmap/p replaced\n')
    expect(await ok(['replace', '--force', '-f', '-'], changed)).toContain('configmap/p replaced')
    const patch = (type: string, body: string) => ok(['patch', 'cm', 'p', `--type=${type}`, '-p', body])
    expect(await patch('merge', '{"data":{"a":"1"}}')).toBe('configmap/p patched\n')
    expect(await patch('json', '[{"op":"add","path":"/data/b","value":"2"}]')).toBe('configmap/p patched\n')
    expect(await patch('strategic', '{"data":{"c":"3"}}')).toBe('configmap/p patched\n')
    expect(await patch('merge', '{"data":{"c":"3"}}')).toBe('configmap/p patched (no change)\n')
    expect(JSON.parse(await ok(['get', 'cm', 'p', '-o', 'jsonpath={.data}']))).toMatchObject({ a: '1', b: '2', c: '3' })
  })

  test('[AP233] create of every kind that has a command', async () => {
    await ok(['apply', '-f', '-'], WEB)
    const each: [args: string[], made: string][] = [
      [['clusterrole', `cr-${ns}`, '--verb=get', '--resource=pods'], `clusterrole.rbac.authorization.k8s.io/cr-${ns}`],
      [
        ['clusterrolebinding', `crb-${ns}`, `--clusterrole=cr-${ns}`, '--user=jane'],
        `clusterrolebinding.rbac.authorization.k8s.io/crb-${ns}`,
      ],
      [['configmap', 'c', '--from-literal=a=b'], 'configmap/c'],
      [['cronjob', 'cj', '--image=busybox', '--schedule=0 0 * * *'], 'cronjob.batch/cj'],
      [['deployment', 'd', '--image=nginx', '--replicas=0'], 'deployment.apps/d'],
      [['ingress', 'i', '--rule=foo.com/bar=svc1:8080'], 'ingress.networking.k8s.io/i'],
      [['job', 'j', '--image=busybox'], 'job.batch/j'],
      [['job', 'j2', '--from=cronjob/cj'], 'job.batch/j2'],
      [['poddisruptionbudget', 'pdb', '--selector=app=web', '--min-available=0'], 'poddisruptionbudget.policy/pdb'],
      [['priorityclass', `pc-${ns}`, '--value=10'], `priorityclass.scheduling.k8s.io/pc-${ns}`],
      [['quota', 'q', '--hard=configmaps=100'], 'resourcequota/q'],
      [['role', 'r', '--verb=get', '--resource=pods'], 'role.rbac.authorization.k8s.io/r'],
      [
        ['rolebinding', 'rb', '--role=r', '--serviceaccount=default:default'],
        'rolebinding.rbac.authorization.k8s.io/rb',
      ],
      [['secret', 'generic', 's', '--from-literal=a=b'], 'secret/s'],
      [['secret', 'docker-registry', 'dr', '--docker-username=u', '--docker-password=p'], 'secret/dr'],
      [['service', 'clusterip', 'svc', '--tcp=80'], 'service/svc'],
      [['service', 'nodeport', 'np', '--tcp=80'], 'service/np'],
      [['service', 'loadbalancer', 'lb', '--tcp=80'], 'service/lb'],
      [['service', 'externalname', 'en', '--external-name=example.com'], 'service/en'],
      [['serviceaccount', 'robot'], 'serviceaccount/robot'],
    ]
    for (const [args, made] of each) expect(await ok(['create', ...args])).toBe(`${made} created\n`)
    expect(await ok(['create', 'token', 'robot', '--duration=1h'])).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n?$/)
    expect(await ok(['get', 'all,ingress,pdb,quota,role,rolebinding,secret,sa'])).toContain('deployment.apps/web')
  })

  test('[AP233] autoscale, expose, run, set of everything', async () => {
    expect(await ok(['autoscale', 'deployment', 'web', '--max=3'])).toBe(
      'horizontalpodautoscaler.autoscaling/web autoscaled\n',
    )
    expect(await ok(['get', 'hpa', 'web'])).toMatch(/^NAME +REFERENCE +TARGETS/)
    expect(await ok(['expose', 'deployment', 'web', '--port=80'])).toBe('service/web exposed\n')
    expect(await ok(['run', 'once', '--image=busybox', '--restart=Never'])).toBe('pod/once created\n')
    const set = (...args: string[]) => ok(['set', ...args])
    expect(await set('env', 'deployment/web', 'A=b')).toBe('deployment.apps/web env updated\n')
    expect(await set('image', 'deployment/web', 'web=nginx:2')).toBe('deployment.apps/web image updated\n')
    const resources = await set('resources', 'deployment/web', '--limits=cpu=200m,memory=64Mi')
    expect(resources).toBe('deployment.apps/web resource requirements updated\n')
    expect(await set('selector', 'service/web', 'app=other')).toBe('service/web selector updated\n')
    expect(await set('serviceaccount', 'deployment/web', 'robot')).toBe('deployment.apps/web serviceaccount updated\n')
    expect(await set('subject', 'rolebinding/rb', '--user=joe')).toContain('rolebinding.rbac.authorization.k8s.io/rb')
  })

  test('[AP233] auth can-i, can-i --list, reconcile', async () => {
    expect(await ok(['auth', 'can-i', 'create', 'deployments'])).toBe('yes\n')
    const denied = await run(['auth', 'can-i', 'delete', 'nodes', '--as=jane'])
    expect([denied.code, denied.out]).toEqual([1, expect.stringMatching(/^no\b/)])
    expect(await ok(['auth', 'can-i', '--list'])).toMatch(/^Resources +Non-Resource URLs +Resource Names +Verbs/)
    expect(
      await ok(
        ['auth', 'reconcile', '-f', '-'],
        ROLES.replaceAll('{name: reader}', `{name: reader, namespace: ${ns}}`),
      ),
    ).toContain('reader reconciled')
    expect(await ok(['auth', 'can-i', 'list', 'pods', '--as=jane'])).toBe('yes\n')
  })

  test('[AP233] certificate approve and deny', async () => {
    await ok(['apply', '-f', '-'], csr(`yes-${ns}`))
    await ok(['apply', '-f', '-'], csr(`no-${ns}`))
    expect(await ok(['certificate', 'approve', `yes-${ns}`])).toMatch(/approved/)
    expect(await ok(['certificate', 'deny', `no-${ns}`])).toMatch(/denied/)
    expect(await ok(['get', 'csr', `yes-${ns}`, `no-${ns}`])).toMatch(/ Approved\n.* Denied\n/)
  })

  test('[AP233] drain evicts what a budget allows and cordons the Node', async () => {
    const node = `n-${ns}`
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: node } })
    await ok(['create', '-f', '-'], body)
    const pod = {
      metadata: { name: 'lone', labels: { drain: 'me' } },
      spec: { nodeName: node, containers: [{ name: 'c', image: 'a' }] },
    }
    await ok(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod }))
    const args = ['drain', node, '--force', '--ignore-daemonsets', '--timeout=30s', '--grace-period=0']
    expect(await ok(args)).toContain(`node/${node} drained`)
    expect(await ok(['get', 'node', node])).toContain('SchedulingDisabled')
    await ok(['delete', 'node', node])
  })

  test('[AP233] get --raw, kustomize, wait, options, config, completion, plugin, cluster-info dump', async () => {
    expect(JSON.parse(await ok(['get', '--raw', '/apis']))).toMatchObject({ kind: 'APIGroupList' })
    writeFileSync(join(dir, 'kustomization.yaml'), 'resources: [cm.yaml]\nnamePrefix: k-\n')
    writeFileSync(join(dir, 'cm.yaml'), CONFIGMAP)
    expect(await ok(['kustomize', dir])).toContain('name: k-settings')
    expect(await ok(['apply', '-k', dir])).toBe('configmap/k-settings created\n')
    expect(await ok(['wait', '--for=jsonpath={.data.color}=red', 'cm/k-settings', '--timeout=10s'])).toContain(
      'condition met',
    )
    expect(await ok(['delete', '-k', dir])).toMatch(/configmap "k-settings" deleted/)
    for (const args of [['options'], ['config', 'view'], ['completion', 'bash']]) expect(await ok(args)).not.toBe('')
    expect((await run(['plugin', 'list'])).err).toContain('plugin')
    expect(await ok(['cluster-info', 'dump', '--namespaces', ns])).toContain('"kind": "DeploymentList"')
  })

  test('[AP233] what podo does not have is refused by name', async () => {
    expect(await fails(['top', 'nodes'])).toContain('Metrics API not available')
    // A Pod without a node has no log yet, which is no error.
    expect(await ok(['logs', 'once'])).toBe('')
    expect(await fails(['cp', 'once:/a', join(dir, 'a')])).toMatch(/once/)
    expect(await fails(['attach', 'once'])).toMatch(/once|attach/)
    expect(await fails(['get', 'widgets'])).toContain('the server doesn\'t have a resource type "widgets"')
  })

  // 1.27 has no `--subresource` of these yet.
  if (minor(binary.version) < 28) return
  test('[AP233] events, subresources of get and patch', async () => {
    expect(await ok(['events'])).toMatch(/^LAST SEEN|No events/)
    expect(await ok(['get', 'deployment', 'web', '--subresource=scale', '-o', 'jsonpath={.kind}'])).toBe('Scale')
    const scale = ['patch', 'deployment', 'web', '--subresource=scale', '--type=merge', '-p', '{"spec":{"replicas":2}}']
    expect(await ok(scale)).toMatch(/patched/)
  })
})
