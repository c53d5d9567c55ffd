import { expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi } from '../../test/support/api.ts'

const NS = '/api/v1/namespaces/default'

test('[AP210] /metrics tells what was asked, how it ended, and how the cluster stands', async () => {
  const t = testApi(kinds, 16_384, '{"rowsWritten":1000}')
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
  await t.call('POST', `${NS}/configmaps?dryRun=All`, { metadata: { name: 'a' } })
  await t.call('GET', `${NS}/configmaps`)
  await t.call('GET', '/api/v1/configmaps')
  await t.call('GET', `${NS}/pods/none/log`)
  await t.call('GET', '/apis/apps/v1/namespaces/default/deployments/nope')
  await t.call('GET', '/api/v1/made-up-by-the-client')
  await t.call('GET', `${NS}/configmaps?watch=1`)
  const answer = await t.call('GET', '/metrics')
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = answer.text.split('\n')
  const labels = (of: Partial<Record<string, string>>) =>
    ['component', 'dry_run', 'group', 'resource', 'scope', 'subresource', 'verb', 'version']
      .map((name) => `${name}="${of[name] ?? ''}"`)
      .join(',')
  const core = { component: 'apiserver', version: 'v1' }
  for (const [code, of] of [
    [201, { ...core, dry_run: 'All', resource: 'configmaps', scope: 'resource', verb: 'POST' }],
    [200, { ...core, resource: 'configmaps', scope: 'namespace', verb: 'LIST' }],
    [200, { ...core, resource: 'configmaps', scope: 'cluster', verb: 'LIST' }],
    [200, { ...core, resource: 'configmaps', scope: 'namespace', verb: 'WATCH' }],
    [404, { ...core, resource: 'pods', subresource: 'log', scope: 'resource', verb: 'GET' }],
    [404, { ...core, group: 'apps', resource: 'deployments', scope: 'resource', verb: 'GET' }],
    [404, { component: 'apiserver', verb: 'LIST' }],
  ] as const) {
    expect(lines).toContain(`apiserver_request_total{code="${code}",${labels(of)}} 1`)
  }
  expect(lines).toContain(
    `apiserver_request_duration_seconds_count{${labels({ ...core, resource: 'configmaps', scope: 'cluster', verb: 'LIST' })}} 1`,
  )
  expect(lines).toContain('apiserver_longrunning_requests{verb="WATCH",resource="configmaps"} 1')
  expect(lines).toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 1')
  expect(lines).toContain('podo_nodes{ready="True"} 0')
  expect(lines).toContain('podo_quota_limit{what="rowsWritten"} 1000')
  for (const name of ['apiserver_storage_size_bytes', 'podo_store_rows_written_total', 'podo_store_rows_read_total']) {
    expect(
      lines.some((line) => line.startsWith(name) && Number(line.split(' ').at(-1)) > 0),
      name,
    ).toBe(true)
    expect(
      lines.some((line) => line.startsWith(`# HELP ${name} `)),
      name,
    ).toBe(true)
  }
  expect(answer.text).not.toContain('made-up')
})

test('[AP210] /metrics is for those who may read it', async () => {
  const t = testApi(kinds)
  const refused = await t.call('GET', '/metrics', undefined, { token: null })
  expect([refused.status, refused.body['message']]).toEqual([
    403,
    'forbidden: User "system:anonymous" cannot get path "/metrics"',
  ])
})
