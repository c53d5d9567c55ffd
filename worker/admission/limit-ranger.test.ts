import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

const NS = '/api/v1/namespaces/n'
let t: TestApi
beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } })
})
afterEach(() => t.close())

const range = (name: string, item: object) =>
  t.call('POST', `${NS}/limitranges`, { metadata: { name }, spec: { limits: [{ type: 'Container', ...item }] } })
const pod = (name: string, resources: object) =>
  t.call('POST', `${NS}/pods`, { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i', resources }] } })

test('[AP189] every limit range of a namespace counts, and a claim has its own', async () => {
  await range('a', { default: { cpu: '1' } })
  await range('b', { max: { memory: '1Gi' }, default: { memory: '512Mi' } })
  const made = await pod('x', {})
  expect(made.body).toMatchObject({
    metadata: {
      annotations: {
        'kubernetes.io/limit-ranger':
          'LimitRanger plugin set: memory request for container c; memory limit for container c',
      },
    },
    spec: { containers: [{ resources: { limits: { cpu: '1', memory: '512Mi' } } }] },
    status: { qosClass: 'Guaranteed' },
  })
  const refused = await pod('y', { limits: { memory: '2Gi' } })
  expect([refused.status, refused.body['message']]).toEqual([
    403,
    'pods "y" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
  ])
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'm' } })
  const spec = { containers: [{ name: 'c', image: 'i' }] }
  const elsewhere = await t.call('POST', '/api/v1/namespaces/m/pods', { metadata: { name: 'x' }, spec })
  expect(elsewhere.body['metadata']).not.toHaveProperty('annotations')
})

test('[AP189] several broken bounds are told in brackets', async () => {
  await range('a', { max: { cpu: '1', memory: '1Gi' } })
  const refused = await pod('y', { limits: { cpu: '2', memory: '2Gi' } })
  expect(refused.body['message']).toBe(
    'pods "y" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is 1Gi, but limit is 2Gi]',
  )
})
