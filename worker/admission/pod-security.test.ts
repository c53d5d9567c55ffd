import { afterEach, beforeEach, expect, test } from 'vitest'
import { kindOfResource, kinds } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Pod } from '../../api/schema/types.generated.ts'
import { creating, furnished, someone } from '../../test/support/admitted.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'
import { podSecurityOf } from './pod-security-setting.ts'
import { podSecurity, UNEXEMPTED } from './pod-security.ts'

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
const PODS = '/api/v1/namespaces/n/pods'
let t: TestApi
beforeEach(() => (t = testApi(kinds)))
afterEach(() => t.close())

const namespace = (labels: object) => t.call('POST', '/api/v1/namespaces', { metadata: { name: 'n', labels } })
const pod = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
})
const warnings = (headers: Headers): string => headers.get('warning') ?? ''

test('[AP192] a Pod that violates what is enforced is refused, by whom is made too', async () => {
  await namespace({ [ENFORCE]: 'baseline', 'pod-security.kubernetes.io/warn': 'privileged' })
  const refused = await t.call('POST', PODS, pod('x', { hostNetwork: true }))
  expect([refused.status, refused.body['message']]).toEqual([
    403,
    'pods "x" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
  ])
  const fine = await t.call('POST', PODS, pod('y'))
  expect([fine.status, warnings(fine.headers)]).toEqual([201, ''])
})

test('[AP192] templates are warned of and taken', async () => {
  await namespace({ [ENFORCE]: 'baseline' })
  const template = { metadata: { labels: { a: 'b' } }, spec: pod('x', { hostPID: true }).spec }
  const made = await t.call('POST', '/apis/apps/v1/namespaces/n/deployments', {
    metadata: { name: 'x' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  })
  expect(made.status).toBe(201)
  expect(warnings(made.headers)).toBe(
    '299 - "would violate PodSecurity \\"baseline:latest\\": host namespaces (hostPID=true)"',
  )
})

test('[AP192] an update is looked at where it changes an image or adds a container', async () => {
  await namespace({})
  await t.call('POST', PODS, pod('x', { hostPID: true }))
  await t.call('PATCH', '/api/v1/namespaces/n', { metadata: { labels: { [ENFORCE]: 'baseline' } } }, MERGE)
  const label = await t.call('PATCH', `${PODS}/x`, { metadata: { labels: { a: 'b' } } }, MERGE)
  expect(label.status).toBe(200)
  const strategic = { headers: { 'content-type': 'application/strategic-merge-patch+json' } }
  const image = await t.call('PATCH', `${PODS}/x`, { spec: { containers: [{ name: 'c', image: 'j' }] } }, strategic)
  expect(image.status).toBe(403)
})

test('[AP192] wrong labels are refused, unless they were wrong before', async () => {
  const wrong = await namespace({ [ENFORCE]: 'nope' })
  expect([wrong.status, wrong.body['message']]).toEqual([
    422,
    'Namespace "n" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "nope": must be one of privileged, baseline, restricted',
  ])
  await namespace({ [ENFORCE]: 'baseline' })
  const labels = { [`${ENFORCE}-version`]: 'x' }
  expect((await t.call('PATCH', '/api/v1/namespaces/n', { metadata: { labels } }, MERGE)).status).toBe(422)
})

test('[AP192] who tightens a namespace is told of the Pods that violate it, alike ones together', async () => {
  await namespace({})
  for (const name of ['b', 'a', 'c']) await t.call('POST', PODS, pod(name, { hostPID: true }))
  await t.call(
    'POST',
    PODS,
    pod('d', { hostPID: true, containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] }),
  )
  const tighten = (level: string) =>
    t.call('PATCH', '/api/v1/namespaces/n', { metadata: { labels: { [ENFORCE]: level } } }, MERGE)
  expect(warnings((await tighten('baseline')).headers)).toBe(
    [
      '299 - "existing pods in namespace \\"n\\" violate the new PodSecurity enforce level \\"baseline:latest\\""',
      '299 - "a (and 2 other pods): host namespaces"',
      '299 - "d: host namespaces, privileged"',
    ].join(', '),
  )
  expect(warnings((await tighten('privileged')).headers)).toBe('')
})

test('[AP192] who is exempt is not asked, and notes go to the audit', () => {
  const pods = kindOfResource('pods')!
  const object = { ...pod('x', { hostPID: true, runtimeClassName: 'r' }) } as unknown as Resource
  const labelled = { 'namespaces//n': { metadata: { labels: { [ENFORCE]: 'baseline' } } } }
  const asked = creating(pods, { ...object, metadata: { ...object.metadata, namespace: 'n' } } as Pod, someone('me'))
  const judge = (exemptions: object): void =>
    podSecurity({ ...UNEXEMPTED, exemptions: { ...UNEXEMPTED.exemptions, ...exemptions } }).validate?.(
      asked,
      furnished('n', labelled),
    )
  expect(() => judge({})).toThrow('violates PodSecurity "baseline:latest": host namespaces (hostPID=true)')
  for (const exempt of [{ usernames: ['me'] }, { namespaces: ['n'] }, { runtimeClasses: ['r'] }]) judge(exempt)
  const notes: Record<string, string> = {}
  const noted = { ...asked, caller: { ...asked.caller, notes } }
  const audited = { 'namespaces//n': { metadata: { labels: { 'pod-security.kubernetes.io/audit': 'baseline' } } } }
  podSecurity().validate?.(noted, furnished('n', audited))
  expect(notes).toEqual({
    'pod-security.kubernetes.io/enforce-policy': 'privileged:latest',
    'pod-security.kubernetes.io/audit-violations':
      'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
  })
})

test('[AP192] a setting says what holds without labels, and who is exempt', () => {
  expect(podSecurityOf(undefined)).toBe(UNEXEMPTED)
  const setting = podSecurityOf(
    JSON.stringify({
      defaults: { enforce: 'baseline', 'enforce-version': 'v1.30', audit: 'restricted' },
      exemptions: { namespaces: ['kube-system'] },
    }),
  )
  expect(setting).toEqual({
    defaults: {
      enforce: { level: 'baseline', version: 30 },
      audit: { level: 'restricted', version: 'latest' },
      warn: { level: 'privileged', version: 'latest' },
    },
    exemptions: { usernames: [], runtimeClasses: [], namespaces: ['kube-system'] },
  })
  const wrong = [
    '{',
    '[]',
    '{"defaults":{"enforce":"nope"}}',
    '{"exemptions":{"users":[]}}',
    '{"exemptions":{"namespaces":[1]}}',
  ]
  for (const text of wrong)
    expect(() => podSecurityOf(text)).toThrow(/^PODO_POD_SECURITY is no PodSecurityConfiguration: /)
})
