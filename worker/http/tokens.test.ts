import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

const SECRETS = '/api/v1/namespaces/kube-system/secrets'
const WHO = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
let t: TestApi

beforeEach(() => {
  t = testApi(kinds)
  t.defaultRoles()
})
afterEach(() => t.close())

const who = async (token: string) => {
  const { status, body } = await t.call('POST', WHO, {}, { token })
  return status === 201 ? (body as { status: { userInfo: object } }).status.userInfo : status
}
const made = async (path: string, body: object): Promise<string> => {
  const answer = await t.call('POST', path, body)
  expect(answer.status, answer.text).toBe(201)
  return String(answer.body['token'])
}

test('[GD60] tokens of users are listed without what lets in, and revoked by id', async () => {
  const token = await made('/podo/tokens', { user: 'jane', groups: ['devs'], ttlSeconds: 60 })
  await made('/podo/tokens', { user: 'adam' })
  const list = await t.call('GET', '/podo/tokens')
  const items = list.body['items'] as { id: string; user: string }[]
  expect(items).toEqual([
    { id: expect.any(String), user: 'adam', groups: [], created: '2026-11-24T12:00:00.000Z' },
    {
      id: expect.any(String),
      user: 'jane',
      groups: ['devs'],
      created: '2026-11-24T12:00:00.000Z',
      expires: '2026-11-24T12:01:00.000Z',
    },
  ])
  expect(list.text).not.toContain(token.split('.')[3])
  expect(await who(token)).toMatchObject({ username: 'jane' })
  const gone = await t.call('DELETE', `/podo/tokens/${items[1]?.id}`)
  expect(gone.body).toMatchObject({ user: 'jane' })
  expect(await who(token)).toBe(401)
  expect((await t.call('DELETE', `/podo/tokens/${items[1]?.id}`)).status).toBe(404)
  t.clock.now += 61_000
  expect((await t.call('GET', '/podo/tokens')).body['items']).toHaveLength(1)
})

test('[GD61] a bootstrap token is its Secret, and authenticates as long as that says so', async () => {
  const groups = ['system:bootstrappers:machines']
  const token = await made('/podo/bootstrap-tokens', { groups, ttlSeconds: 60 })
  const [id = ''] = token.split('.')
  const user = {
    username: `system:bootstrap:${id}`,
    groups: ['system:bootstrappers', ...groups, 'system:authenticated'],
  }
  expect(await who(token)).toEqual(user)
  expect(await who(`${id}.aaaaaaaaaaaaaaaa`)).toBe(401)
  const path = `${SECRETS}/bootstrap-token-${id}`
  const patch = (data: object) =>
    t.call('PATCH', path, { stringData: data }, { headers: { 'content-type': 'application/merge-patch+json' } })
  await patch({ 'usage-bootstrap-authentication': 'false' })
  expect(await who(token)).toBe(401)
  await patch({ 'usage-bootstrap-authentication': 'true', 'auth-extra-groups': 'system:masters' })
  expect(await who(token)).toBe(401)
  await patch({ 'auth-extra-groups': '' })
  expect(await who(token)).toMatchObject({ groups: ['system:bootstrappers', 'system:authenticated'] })
  t.clock.now += 61_000
  expect(await who(token)).toBe(401)
  const odd = await t.call('POST', '/podo/bootstrap-tokens', { groups: ['system:masters'] })
  expect([odd.status, odd.body['message']]).toEqual([
    400,
    'groups: "system:masters" does not begin with "system:bootstrappers:"',
  ])
})

test('[GD61] the secret half of a bootstrap token is filled in, and any other is refused by name', async () => {
  const secret = (stringData: object) => ({
    metadata: { name: 'bootstrap-token-abcdef' },
    type: 'bootstrap.kubernetes.io/token',
    stringData,
  })
  const usage = { 'token-id': 'abcdef', 'usage-bootstrap-authentication': 'true' }
  const refused = await t.call('POST', SECRETS, secret({ ...usage, 'token-secret': '0123456789abcdef' }))
  expect(refused.status).toBe(422)
  expect(refused.text).toContain(
    'data[token-secret]: Invalid value: \\"<secret contents redacted>\\": the secret half of',
  )
  const { body, status } = await t.call('POST', SECRETS, secret(usage))
  expect(status).toBe(201)
  const half = Buffer.from((body['data'] as Record<string, string>)['token-secret'] ?? '', 'base64').toString()
  expect(await who(`abcdef.${half}`)).toMatchObject({ username: 'system:bootstrap:abcdef' })
})
