import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { kubectls } from '../support/kubectl.ts'

/** Server-side apply as people and their scripts use it, with every kubectl of this machine. No agent takes part. */
let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(async () => {
  await cluster?.stop()
})

const deployment = (image: string, replicas = 2): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: ${replicas}
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: '${image}', ports: [{containerPort: 80}]}
`
const LAST = 'kubectl\\.kubernetes\\.io/last-applied-configuration'

describe.each(kubectls())('kubectl $version', (binary) => {
  const ns = `a${binary.version.replace('.', '-').toLowerCase()}`
  const ok = (args: string[], stdin?: string): Promise<string> =>
    cluster.ok(['-n', ns, ...args], { binary, ...(stdin === undefined ? {} : { stdin }) })
  const fails = async (args: string[], stdin: string): Promise<string> => {
    const result = await cluster.kubectl(['-n', ns, ...args], { binary, stdin })
    expect(result.code).not.toBe(0)
    return result.err
  }
  const server = ['apply', '--server-side', '-f', '-']
  const managers = async (): Promise<string[]> =>
    (
      await ok([
        'get',
        'deployment',
        'web',
        '-o',
        'jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation} {end}',
      ])
    )
      .trim()
      .split(' ')

  test('[AP174] apply --server-side creates, is idempotent and removes what it no longer says', async () => {
    await ok(['create', 'namespace', ns])
    expect(await ok(server, deployment('nginx:1'))).toBe('deployment.apps/web serverside-applied\n')
    const version = ['get', 'deployment', 'web', '-o', 'jsonpath={.metadata.generation}']
    const before = await ok(version)
    expect(await ok(server, deployment('nginx:1'))).toBe('deployment.apps/web serverside-applied\n')
    expect(await ok(version)).toBe(before)
    const labelled = deployment('nginx:1').replace('  name: web\n', '  name: web\n  labels: {tier: front}\n')
    await ok(server, labelled)
    expect(await ok(['get', 'deployment', '-l', 'tier=front', '-o', 'name'])).toBe('deployment.apps/web\n')
    await ok(server, deployment('nginx:1'))
    expect(await ok(['get', 'deployment', '-l', 'tier=front', '-o', 'name'])).toBe('')
  })

  test('[AP172] what controllers write is theirs', async () => {
    const made = await ok([
      'get',
      'rs,pods',
      '-o',
      'jsonpath={range .items[*].metadata.managedFields[*]}{.manager} {end}',
    ])
    expect(new Set(made.trim().split(' '))).toEqual(new Set(['kube-controller-manager', 'kube-scheduler']))
  })

  test('[AP174] a conflict is told with what to do, and --force-conflicts takes the field', async () => {
    const other = ['--field-manager=other']
    const told = await fails([...server, ...other], deployment('nginx:2'))
    expect(told).toContain('error: Apply failed with 1 conflict: conflict with "kubectl": ')
    expect(told).toContain('.spec.template.spec.containers[name="web"].image')
    expect(await ok([...server, ...other, '--force-conflicts'], deployment('nginx:2'))).toBe(
      'deployment.apps/web serverside-applied\n',
    )
    expect(await managers()).toEqual(expect.arrayContaining(['kubectl/Apply', 'other/Apply']))
    await ok(['scale', 'deployment', 'web', '--replicas=3'])
    expect(await fails([...server, ...other], deployment('nginx:2'))).toContain('with subresource "scale"')
  })

  test('[AP171] an object of client-side apply goes over to the server, and back', async () => {
    await ok(['delete', 'deployment', 'web', '--wait=true'])
    await ok(['apply', '-f', '-'], deployment('nginx:1'))
    expect(await managers()).toContain('kubectl-client-side-apply/Update')
    expect(await ok(server, deployment('nginx:2'))).toBe('deployment.apps/web serverside-applied\n')
    const after = await managers()
    expect(after).toContain('kubectl/Apply')
    expect(after).not.toContain('kubectl-client-side-apply/Update')
    expect(await ok(['apply', '-f', '-'], deployment('nginx:3'))).toContain('deployment.apps/web configured')
    expect(await ok(['get', 'deployment', 'web', '-o', `jsonpath={.metadata.annotations.${LAST}}`])).toContain(
      'nginx:3',
    )
  })
})
