import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { until } from '../support/docker.ts'
import { following, kubectls, minor } from '../support/kubectl.ts'

/** What people type, with every kubectl of this machine, against plain workerd. No agent: Pods stay Pending here. */
let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(async () => {
  await cluster?.stop()
})

const deployment = (name: string, image = 'nginx:1'): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
      - {name: web, image: '${image}', ports: [{containerPort: 80}]}
`

describe.each(kubectls())('kubectl $version', (binary) => {
  const ns = `v${binary.version.replace('.', '-').toLowerCase()}`
  const ok = (args: string[], stdin?: string): Promise<string> =>
    cluster.ok(['-n', ns, ...args], { binary, ...(stdin === undefined ? {} : { stdin }) })
  const fails = async (args: string[], stdin?: string): Promise<string> => {
    const result = await cluster.kubectl(['-n', ns, ...args], { binary, ...(stdin === undefined ? {} : { stdin }) })
    expect(result.code).not.toBe(0)
    return result.err
  }

  test('[AP100] create namespace, apply, apply again, diff of one field', async () => {
    expect(await ok(['create', 'namespace', ns])).toBe(`namespace/${ns} created\n`)
    expect(await ok(['apply', '-f', '-'], deployment('web'))).toBe('deployment.apps/web created\n')
    expect(await ok(['apply', '-f', '-'], deployment('web'))).toBe('deployment.apps/web unchanged\n')
    expect(await ok(['apply', '-f', '-'], deployment('web').replace('replicas: 2', 'replicas: 3'))).toBe(
      'deployment.apps/web configured\n',
    )
    expect(await ok(['get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}'])).toBe('3')
  })

  test('[AP100] a Deployment has a ReplicaSet and its Pods', async () => {
    await ok(['wait', '--for=jsonpath={.status.replicas}=3', 'deployment/web', '--timeout=20s'])
    const pods = await ok(['get', 'pods', '-l', 'app=web', '-o', 'name'])
    expect(pods.trim().split('\n')).toHaveLength(3)
    expect(await ok(['get', 'rs'])).toMatch(/^NAME +DESIRED +CURRENT +READY +AGE\nweb-\w+ +3 +3 +0 /)
    expect(await ok(['get', 'deploy', '-o', 'wide'])).toMatch(
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\nweb +0\/3 /,
    )
    expect(await ok(['get', 'pods'])).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE\nweb-\w+-\w+ +0\/1 +Pending +0 /)
  })

  test('[AP100] get in every form, -A and selectors', async () => {
    expect(await ok(['get', 'deployment', 'web', '-o', 'yaml'])).toContain('kind: Deployment')
    expect(JSON.parse(await ok(['get', 'pods', '-o', 'json']))).toMatchObject({ kind: 'List' })
    expect(await cluster.ok(['get', 'pods', '-A'], { binary })).toContain(ns)
    expect(await ok(['get', 'pods', '--field-selector', 'status.phase=Running', '-o', 'name'])).toBe('')
    expect(await fails(['get', 'pods', 'nope'])).toContain('Error from server (NotFound): pods "nope" not found')
  })

  test('[AP100] describe, events, label, annotate', async () => {
    expect(await ok(['describe', 'deployment', 'web'])).toContain('ScalingReplicaSet')
    expect(await ok(['describe', 'pods', '-l', 'app=web'])).toContain('FailedScheduling')
    expect(await ok(['events'])).toContain('no nodes available to schedule pods')
    expect(await ok(['label', 'deployment', 'web', 'tier=front'])).toBe('deployment.apps/web labeled\n')
    expect(await ok(['annotate', 'deployment', 'web', 'note=x'])).toMatch(/^deployment.apps\/web annotated?\n$/)
    expect(await ok(['get', 'deploy', '-l', 'tier=front', '-o', 'name'])).toBe('deployment.apps/web\n')
  })

  test('[AP100] scale, set image, rollout status, history, undo, pause, resume, restart', async () => {
    expect(await ok(['scale', 'deployment/web', '--replicas=1'])).toBe('deployment.apps/web scaled\n')
    expect(await ok(['set', 'image', 'deployment/web', 'web=nginx:2'])).toBe('deployment.apps/web image updated\n')
    expect(await fails(['rollout', 'status', 'deployment/web', '--timeout=1s'])).toContain('timed out')
    expect(await ok(['rollout', 'history', 'deployment/web'])).toMatch(/1 +<none>\n2 +<none>/)
    expect(await ok(['rollout', 'undo', 'deployment/web'])).toBe('deployment.apps/web rolled back\n')
    expect(await ok(['get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'])).toBe(
      'nginx:1',
    )
    expect(await ok(['rollout', 'pause', 'deployment/web'])).toBe('deployment.apps/web paused\n')
    expect(await ok(['rollout', 'resume', 'deployment/web'])).toBe('deployment.apps/web resumed\n')
    expect(await ok(['rollout', 'restart', 'deployment/web'])).toBe('deployment.apps/web restarted\n')
  })

  test('[AP100] create of each kind, edit, patch, replace, delete', async () => {
    await ok(['create', 'configmap', 'c', '--from-literal=a=1'])
    await ok(['create', 'secret', 'generic', 's', '--from-literal=p=hunter2'])
    await ok(['create', 'serviceaccount', 'sa'])
    await ok(['create', 'service', 'clusterip', 'svc', '--tcp=80:80'])
    expect(await ok(['get', 'svc', 'svc', '-o', 'jsonpath={.spec.clusterIP}'])).toMatch(/^10\.96\./)
    const network = await ok(['get', 'servicecidr,ipaddress'])
    expect(network).toMatch(/servicecidr\.networking\.k8s\.io\/kubernetes +10\.96\.0\.0\/16/)
    expect(network).toMatch(/ipaddress\.networking\.k8s\.io\/10\.96\.0\.1 +services\/default\/kubernetes/)
    expect(await ok(['patch', 'configmap', 'c', '-p', '{"data":{"b":"2"}}'])).toBe('configmap/c patched\n')
    expect(await ok(['patch', 'configmap', 'c', '--type=json', '-p', '[{"op":"remove","path":"/data/a"}]'])).toBe(
      'configmap/c patched\n',
    )
    expect(await ok(['get', 'cm', 'c', '-o', 'jsonpath={.data}'])).toBe('{"b":"2"}')
    await cluster.ok(['-n', ns, 'edit', 'configmap', 'c'], { binary, env: { EDITOR: `sed -i s/'"2"'/'"3"'/` } })
    expect(await ok(['get', 'cm', 'c', '-o', 'jsonpath={.data.b}'])).toBe('3')
    expect(await ok(['delete', 'configmap', 'c'])).toBe(
      'configmap "c" deleted\n'.replace(
        'deleted',
        minor(binary.version) >= 34 ? `deleted from ${ns} namespace` : 'deleted',
      ),
    )
  })

  test('[AP100] dry run of the server stores nothing', async () => {
    expect(await ok(['apply', '--dry-run=server', '-f', '-'], deployment('ghost'))).toBe(
      'deployment.apps/ghost created (server dry run)\n',
    )
    expect(await fails(['get', 'deploy', 'ghost'])).toContain('NotFound')
  })

  test('[AP100] validation says what is wrong, before and on the server', async () => {
    expect(await fails(['apply', '-f', '-'], deployment('bad').replace('replicas: 2', 'replica: 2'))).toContain(
      'unknown field "spec.replica"',
    )
    expect(
      await fails(['apply', '-f', '-'], deployment('bad').replace('app: bad}\n  template', 'app: other}\n  template')),
    ).toContain('`selector` does not match template `labels`')
  })

  test('[AP100] explain, api-resources, api-versions, version, auth whoami', async () => {
    expect(await ok(['explain', 'pod.spec.containers'])).toMatch(/imagePullPolicy/)
    expect(await ok(['explain', 'deployment'])).toMatch(/KIND: +Deployment/)
    expect(await ok(['api-resources'])).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/)
    expect(await ok(['api-versions'])).toContain('apps/v1')
    expect(await ok(['version'])).toContain('Server Version')
    if (minor(binary.version) >= 28) {
      expect(await ok(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'])).toBe('admin')
    } else {
      // 1.27 asks for v1beta1, which Kubernetes 1.36 no longer serves: it gets what a real 1.36 tells it.
      expect(await fails(['auth', 'whoami'])).toContain('the selfsubjectreviews API is not enabled in the cluster')
    }
  })

  test('[AP281] explain tells what Kubernetes tells, of a kind, of a field within it, and of all its fields', async () => {
    const told = async (...args: string[]): Promise<string> => (await ok(['explain', ...args])).replaceAll(/\s+/g, ' ')
    expect(await told('pod')).toContain(
      'Pod is a collection of containers that can run on a host. This resource is created by clients and scheduled onto hosts.',
    )
    const policy = await told('deployment.spec.template.spec.containers.imagePullPolicy')
    expect(policy).toContain(
      'Image pull policy. One of Always, Never, IfNotPresent. Defaults to Always if :latest tag is',
    )
    expect(policy).toContain('- `"IfNotPresent"` means that kubelet pulls if the image isn\'t present on disk.')
    const all = await ok(['explain', 'job', '--recursive'])
    expect(all).toMatch(/DESCRIPTION:\n +Job represents the configuration of a single job\./)
    expect(all).toMatch(/\n +backoffLimitPerIndex\t<integer>\n/)
  })

  test('[AP100] cordon, taint, uncordon of a Node', async () => {
    const node = `n-${ns}`
    await cluster.ok(['create', '-f', '-'], {
      binary,
      stdin: `{"apiVersion":"v1","kind":"Node","metadata":{"name":"${node}"}}`,
    })
    expect(await ok(['cordon', node])).toBe(`node/${node} cordoned\n`)
    expect(await ok(['taint', 'node', node, 'k=v:NoSchedule'])).toBe(`node/${node} tainted\n`)
    expect(await ok(['get', 'node', node])).toMatch(/SchedulingDisabled/)
    expect(await ok(['uncordon', node])).toBe(`node/${node} uncordoned\n`)
    await cluster.ok(['delete', 'node', node], { binary })
  })

  test('[AP100] get -w prints what happens, and wait sees a deletion', async () => {
    const watching = following(binary, cluster.state.kubeconfig, ['-n', ns, 'get', 'configmap', '-w', '--no-headers'])
    await until(() => watching.text().includes('kube-root-ca.crt'), 20_000, 'the watch shows what is there')
    await ok(['create', 'configmap', 'seen', '--from-literal=a=1'])
    await until(() => /^seen /m.test(watching.text()), 20_000, 'the watch shows what came')
    await ok(['delete', 'configmap', 'seen', '--wait=true'])
    watching.end()
  })

  test('[AP100] delete of a Deployment takes its Pods, delete of the namespace all', async () => {
    await ok(['delete', 'deployment', 'web', '--wait=true'])
    await cluster.ok(['-n', ns, 'wait', '--for=delete', 'pods', '-l', 'app=web', '--timeout=20s'], { binary })
    await cluster.ok(['delete', 'namespace', ns, '--wait=true', '--timeout=30s'], { binary })
    expect(await fails(['get', 'namespace', ns])).toContain('NotFound')
  })
})
