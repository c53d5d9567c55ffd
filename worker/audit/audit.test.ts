import { expect, test } from 'vitest'
import { isAudited, levelOf, lineOf, type Answered } from './audit.ts'
import { Noise } from './noise.ts'

const request: Answered = {
  id: 'id-1',
  verb: 'create',
  path: '/api/v1/namespaces/ns/pods/p/exec',
  user: { name: 'jane', groups: ['devs'] },
  object: { resource: 'pods', subresource: 'exec', group: '', version: 'v1', namespace: 'ns', name: 'p' },
  code: 403,
  reason: 'Forbidden',
  userAgent: 'kubectl/v1.36',
  address: '192.0.2.1',
  received: Date.parse('2026-11-30T12:00:00.25Z'),
  ended: Date.parse('2026-11-30T12:00:00.75Z'),
}

test('[AU1] a line says who did what to which object, whether it was allowed, and how long it took', () => {
  expect(JSON.parse(lineOf(request))).toEqual({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: 'id-1',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/ns/pods/p/exec',
    verb: 'create',
    user: { username: 'jane', groups: ['devs'] },
    sourceIPs: ['192.0.2.1'],
    userAgent: 'kubectl/v1.36',
    objectRef: { resource: 'pods', namespace: 'ns', name: 'p', apiVersion: 'v1', subresource: 'exec' },
    responseStatus: { metadata: {}, code: 403, reason: 'Forbidden' },
    requestReceivedTimestamp: '2026-11-30T12:00:00.250000Z',
    stageTimestamp: '2026-11-30T12:00:00.750000Z',
    annotations: { 'authorization.k8s.io/decision': 'forbid', 'podo.dev/latency': '500ms' },
  })
  const { user: _, object: __, reason: ___, ...bare } = { ...request, code: 401, userAgent: null, address: null }
  expect(lineOf(bare)).not.toMatch(/user|sourceIPs|objectRef/)
  const acted = lineOf({ ...request, actedAs: { name: 'joe', groups: [] }, path: '/'.repeat(9000) })
  expect(JSON.parse(acted)).toMatchObject({ impersonatedUser: { username: 'joe' } })
  expect(acted.length).toBeLessThan(1500)
})

test.each([
  ['off', [false, false, false, false]],
  ['denials', [false, false, true, true]],
  ['writes', [false, true, true, true]],
  ['all', [true, true, true, true]],
] as const)('[AU2] the level %s', (level, wanted) => {
  const requests = [
    { verb: 'list', code: 200 },
    { verb: 'patch', code: 409 },
    { verb: 'get', code: 403 },
    { verb: 'get', code: 401 },
  ]
  expect(requests.map((of) => isAudited(level, of))).toEqual(wanted)
  expect(levelOf(` ${level} `)).toBe(level)
})

test('[AU2] writes are audited unless told otherwise, and a wrong setting is refused by name', () => {
  expect([levelOf(undefined), levelOf('')]).toEqual(['writes', 'writes'])
  expect(() => levelOf('Metadata')).toThrow('PODO_AUDIT must be one of off, denials, writes, all, not "Metadata"')
})

test('[AU3] what strangers cause is bounded: twenty lines a minute and one with the number of the rest', () => {
  const noise = new Noise()
  const lines: string[] = []
  for (let i = 0; i < 10_000; i++)
    noise.tell(
      () => `line ${i}`,
      100_000,
      (line) => lines.push(line),
    )
  expect(lines).toHaveLength(20)
  noise.tell(
    () => 'next',
    160_000,
    (line) => lines.push(line),
  )
  expect(lines.slice(20)).toEqual(['{"message":"more requests were refused at the edge","count":9980}', 'next'])
})
