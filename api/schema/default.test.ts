import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { JsonObject } from '../meta/object.ts'
import { canonical } from './canonical.ts'
import { decode } from './decode.ts'
import { RULES } from './default-rules.ts'
import { STEPS } from './default-steps.ts'
import { pullPolicyOf } from './default-pod.ts'
import { withDefaults } from './default.ts'
import { parseJson } from './json.ts'
import { hasModel, shapeOf } from './table.ts'

/**
 * What kube-apiserver 1.36 answered to a create, without what its storage and its admission add (uid, service account
 * volume, cluster IP …).
 */
interface Created {
  id: string
  model: string
  body: string
  want: JsonObject
}
const created = readFileSync(new URL('testdata/created.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): Created => JSON.parse(line))

test.each(created)('[AP55] $id has the defaults that Kubernetes sets', ({ model, body, want }) => {
  const { object } = decode(model, parseJson(body).value)
  const got = canonical(model, withDefaults(model, object))
  expect(JSON.stringify({ kind: want['kind'], apiVersion: want['apiVersion'], ...got })).toBe(JSON.stringify(want))
})

test.each(created)('[AP58] $id is not changed by defaulting it again', ({ model, want }) => {
  expect(canonical(model, withDefaults(model, want))).toEqual(want)
})

test('every rule is of a model and a field that exist', () => {
  for (const [name, fields] of Object.entries(RULES)) {
    for (const field of Object.keys(fields))
      expect(shapeOf(`io.k8s.${name}`).member(field), `${name} ${field}`).toBeDefined()
  }
  for (const name of Object.keys(STEPS)) expect(hasModel(`io.k8s.${name}`), name).toBe(true)
})

test('the object is not changed', () => {
  const object = { spec: { containers: [{ name: 'c', image: 'i' }] } }
  withDefaults('io.k8s.api.core.v1.Pod', object)
  expect(object).toEqual({ spec: { containers: [{ name: 'c', image: 'i' }] } })
})

const defaulted = (kind: string, object: JsonObject): JsonObject => {
  const model = `io.k8s.api.${kind}`
  return canonical(model, withDefaults(model, object))
}
const containers = (limits: JsonObject) => [{ name: 'c', image: 'i:1', resources: { limits } }]

test('[AP55] limits become requests in pods and not in templates', () => {
  const pod = defaulted('core.v1.Pod', { spec: { containers: containers({ cpu: '1' }) } })
  expect(pod).toMatchObject({ spec: { containers: [{ resources: { requests: { cpu: '1' } } }] } })
  const deployment = defaulted('apps.v1.Deployment', {
    spec: { template: { spec: { containers: containers({ cpu: '1' }) } } },
  })
  expect(JSON.stringify(deployment)).not.toContain('requests')
  expect(JSON.stringify(deployment)).toContain('"terminationMessagePath":"/dev/termination-log"')
})

test('[AP55] nothing in a list of resources is finer than a thousandth', () => {
  const pod = defaulted('core.v1.Pod', { spec: { containers: containers({ cpu: '100u', memory: '1Gi' }) } })
  expect(pod).toMatchObject({ spec: { containers: [{ resources: { limits: { cpu: '1m', memory: '1Gi' } } }] } })
})

test('[AP55] requests of a pod as a whole come from its containers, else from its limits', () => {
  const spec = {
    resources: { limits: { cpu: '4', memory: '2Gi' } },
    containers: [
      { name: 'a', resources: { requests: { cpu: '1' } } },
      { name: 'b', resources: { requests: { cpu: '500m' } } },
    ],
    initContainers: [
      { name: 'side', restartPolicy: 'Always', resources: { requests: { cpu: '250m' } } },
      { name: 'init', resources: { requests: { cpu: '3' } } },
    ],
  }
  expect(defaulted('core.v1.Pod', { spec })).toMatchObject({
    spec: { resources: { requests: { cpu: '3250m', memory: '2Gi' } } },
  })
})

test('[AP55] stringData of a secret is written into data', () => {
  const secret = defaulted('core.v1.Secret', { data: { a: 'YQ==', b: 'Yg==' }, stringData: { b: 'c', e: 'é' } })
  expect(secret).toEqual({ metadata: {}, data: { a: 'YQ==', b: 'Yw==', e: 'w6k=' }, type: 'Opaque' })
})

test('[AP55] serviceAccount and serviceAccountName mirror each other, podIP and podIPs too', () => {
  expect(defaulted('core.v1.Pod', { spec: { serviceAccount: 'x' } })).toMatchObject({
    spec: { serviceAccountName: 'x' },
  })
  expect(defaulted('core.v1.Pod', { spec: { serviceAccountName: 'y', serviceAccount: 'x' } })).toMatchObject({
    spec: { serviceAccountName: 'y', serviceAccount: 'y' },
  })
  expect(defaulted('core.v1.Pod', { status: { podIP: '10.0.0.1' } })).toMatchObject({
    status: { podIPs: [{ ip: '10.0.0.1' }] },
  })
  expect(defaulted('core.v1.Pod', { status: { podIPs: [{ ip: '10.0.0.2' }] } })).toMatchObject({
    status: { podIP: '10.0.0.2' },
  })
})

test('[AP55] the rules of a Job do not run on the template of a CronJob', () => {
  const cron = defaulted('batch.v1.CronJob', {
    spec: { jobTemplate: { spec: { template: { spec: { containers: [] } } } } },
  })
  expect(JSON.stringify(cron)).not.toContain('backoffLimit')
  expect(JSON.stringify(cron)).toContain('"dnsPolicy":"ClusterFirst"')
})

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.27', 'IfNotPresent'],
  ['localhost:5000/nginx', 'Always'],
  ['localhost:5000/a/nginx:1', 'IfNotPresent'],
  [`nginx@sha256:${'a'.repeat(64)}`, 'IfNotPresent'],
  [`nginx:latest@sha256:${'a'.repeat(64)}`, 'Always'],
  ['Nginx', 'IfNotPresent'],
  ['Host.example/nginx', 'Always'],
  ['', 'IfNotPresent'],
])('[AP55] the image %j is pulled %s', (image, policy) => {
  expect(pullPolicyOf(image)).toBe(policy)
})
