import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { CERTIFICATE, MASTER, P256 } from '../../api/kinds/testdata/certificates.ts'
import { type Answer, testApi, type TestApi } from '../../test/support/api.ts'

const GROUP = 'rbac.authorization.k8s.io'
const ROLES = `/apis/${GROUP}/v1`
const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const AS_JANE = { 'impersonate-user': 'jane', 'content-type': 'application/merge-patch+json' }
const SIGNER = 'example.com/s'
const refused = (what: string): string =>
  `certificatesigningrequests.certificates.k8s.io "x" is forbidden: user not permitted to ${what} requests with signerName "${SIGNER}"`

let t: TestApi
beforeEach(() => {
  t = testApi(kinds)
  t.defaultRoles()
})
afterEach(() => t.close())

const spec = (signerName: string, request = P256) => ({ signerName, usages: ['client auth'], request })
const make = (name: string, given: object): Promise<Answer> => t.call('POST', CSRS, { metadata: { name }, spec: given })
const patch = (path: string, status: object): Promise<Answer> =>
  t.call('PATCH', `${CSRS}/${path}`, { status }, { headers: AS_JANE })
const condition = (type: string) => ({ conditions: [{ type, status: 'True', reason: 'r', message: 'm' }] })

/** Jane may write requests and their subresources, and has this right for this signer. */
async function allow(verb: string, resourceName: string): Promise<void> {
  const apiGroups = ['certificates.k8s.io']
  const resources = ['certificatesigningrequests/approval', 'certificatesigningrequests/status']
  await t.call('POST', `${ROLES}/clusterroles`, {
    metadata: { name: 'r' },
    rules: [
      { apiGroups, resources, verbs: ['*'] },
      { apiGroups, resources: ['signers'], verbs: [verb], resourceNames: [resourceName] },
    ],
  })
  const bound = await t.call('POST', `${ROLES}/clusterrolebindings`, {
    metadata: { name: 'b' },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'r' },
    subjects: [{ kind: 'User', name: 'jane' }],
  })
  expect(bound.status).toBe(201)
}

test.each([
  ['approve', SIGNER, true],
  ['approve', 'example.com/*', true],
  ['approve', 'example.com/other', false],
  ['sign', SIGNER, false],
])('[AP287] with the right to %s for %s an approval is allowed: %s', async (verb, signer, allowed) => {
  await allow(verb, signer)
  await make('x', spec(SIGNER))
  const answer = await patch('x/approval', condition('Approved'))
  expect([answer.status, answer.body['message']]).toEqual(allowed ? [200, undefined] : [403, refused('approve')])
})

test.each([
  ['sign', SIGNER, true],
  ['sign', 'example.com/*', true],
  ['approve', SIGNER, false],
])('[AP287] with the right to %s for %s a certificate is allowed: %s', async (verb, signer, allowed) => {
  await allow(verb, signer)
  await make('x', spec(SIGNER))
  const wanted = allowed ? [200, undefined] : [403, refused('sign')]
  const certified = await patch('x/status', { certificate: CERTIFICATE })
  expect([certified.status, certified.body['message']]).toEqual(wanted)
  const failed = await patch('x/status', condition('Failed'))
  expect([failed.status, failed.body['message']]).toEqual(wanted)
  // What says nothing of a certificate needs no right of a signer.
  expect((await patch('x/status', {})).status).toBe(200)
})

test('[AP287] no certificate of kube-apiserver-client makes a master, of another signer it is that signer’s to say', async () => {
  const client = 'kubernetes.io/kube-apiserver-client'
  const answer = await make('x', spec(client, MASTER))
  expect([answer.status, answer.body['message']]).toEqual([
    403,
    `certificatesigningrequests.certificates.k8s.io "x" is forbidden: use of ${client} signer with system:masters group is not allowed`,
  ])
  expect((await make('x', spec(client))).status).toBe(201)
  expect((await make('y', spec(SIGNER, MASTER))).status).toBe(201)
})
