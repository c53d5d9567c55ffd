import { beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { decodeProtobuf, openEnvelope } from '../../api/schema/protobuf.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

const AGGREGATED = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const JSON_AGGREGATED = `application/json;${AGGREGATED}`
let t: TestApi

beforeEach(() => {
  t = testApi(kinds)
})
const get = (path: string, headers: Record<string, string> = {}) => t.call('GET', path, undefined, { headers })

interface Group {
  metadata: { name?: string }
  versions: { version: string; freshness: string; resources: { resource: string; responseKind: object }[] }[]
}

test('[AP200] aggregated discovery tells all that is served in two answers', async () => {
  const core = await get('/api', { accept: JSON_AGGREGATED })
  expect(core.headers.get('content-type')).toBe(JSON_AGGREGATED)
  expect(core.body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {} })
  const groups = core.body['items'] as Group[]
  expect(groups.map(({ metadata }) => metadata)).toEqual([{}])
  const [v1] = groups[0]!.versions
  expect(v1).toMatchObject({ version: 'v1', freshness: 'Current' })
  expect(v1!.resources.find(({ resource }) => resource === 'pods')).toMatchObject({
    responseKind: { group: '', version: '', kind: 'Pod' },
    scope: 'Namespaced',
    singularResource: 'pod',
    shortNames: ['po'],
    categories: ['all'],
    subresources: expect.arrayContaining([
      {
        subresource: 'status',
        responseKind: { group: '', version: '', kind: 'Pod' },
        verbs: ['get', 'patch', 'update'],
      },
    ]),
  })
  const others = (await get('/apis', { accept: JSON_AGGREGATED })).body['items'] as Group[]
  const named = (await get('/apis')).body['groups'] as { name: string; versions: { version: string }[] }[]
  expect(others.map(({ metadata, versions }) => [metadata.name, versions.map(({ version }) => version)])).toEqual(
    named.map(({ name, versions }) => [name, versions.map(({ version }) => version)]),
  )
  const apps = others.find(({ metadata }) => metadata.name === 'apps')!
  expect(apps.versions[0]!.resources.find(({ resource }) => resource === 'deployments')).toMatchObject({
    subresources: expect.arrayContaining([
      expect.objectContaining({
        subresource: 'scale',
        responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      }),
    ]),
  })
})

test('[AP200] the first form of Accept that can be had decides, and v2beta1 cannot', async () => {
  const kindOf = async (accept: string) => (await get('/apis', { accept })).body['kind']
  const beta = JSON_AGGREGATED.replace('v=v2', 'v=v2beta1')
  expect(await kindOf(`${JSON_AGGREGATED},application/json`)).toBe('APIGroupDiscoveryList')
  expect(await kindOf(`${beta},${JSON_AGGREGATED},application/json`)).toBe('APIGroupDiscoveryList')
  expect(await kindOf(`application/json,${JSON_AGGREGATED}`)).toBe('APIGroupList')
  expect(await kindOf(`${beta},application/json`)).toBe('APIGroupList')
  const refused = await get('/apis', { accept: beta })
  expect([refused.status, refused.body['message']]).toEqual([
    406,
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ])
  expect((await get('/api/v1', { accept: JSON_AGGREGATED })).status).toBe(406)
})

test('[AP200] aggregated discovery has an ETag, and one who has it gets 304', async () => {
  const first = await get('/apis', { accept: JSON_AGGREGATED })
  const etag = first.headers.get('etag')!
  expect(etag).toMatch(/^"[0-9A-F]{128}"$/)
  expect([first.headers.get('vary'), first.headers.get('cache-control')]).toEqual(['Accept', 'public'])
  const again = await get('/apis', { accept: JSON_AGGREGATED, 'if-none-match': etag })
  expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag])
  expect((await get('/api', { accept: JSON_AGGREGATED, 'if-none-match': etag })).status).toBe(200)
})

test('[AP200] aggregated discovery as protobuf is the same document', async () => {
  const type = `application/vnd.kubernetes.protobuf;${AGGREGATED}`
  const binary = await get('/apis', { accept: type })
  expect(binary.headers.get('content-type')).toBe(type)
  const { apiVersion, kind, raw } = openEnvelope(binary.bytes)
  expect([apiVersion, kind]).toEqual(['apidiscovery.k8s.io/v2', 'APIGroupDiscoveryList'])
  const decoded = decodeProtobuf('io.k8s.api.apidiscovery.v2.APIGroupDiscoveryList', raw)
  const json = (await get('/apis', { accept: JSON_AGGREGATED })).body as unknown as { items: Group[] }
  const names = (items: Group[]) => items.map((group) => group.versions.map((v) => v.resources.map((r) => r.resource)))
  expect(names(decoded['items'] as unknown as Group[])).toEqual(names(json.items))
})

test('[AP203] the index of paths holds everything that is served', async () => {
  const index = await get('/')
  const paths = index.body['paths'] as string[]
  expect(paths).toEqual([...paths].sort())
  expect(paths.slice(0, 2)).toEqual(['/.well-known/openid-configuration', '/api'])
  for (const path of ['/apis/apps/v1', '/livez/etcd', '/metrics', '/openapi/v3', '/version']) {
    expect(paths).toContain(path)
  }
  for (const path of paths.filter((path) => /^\/(api|healthz|livez|readyz|version)/.test(path))) {
    expect((await get(path)).status, path).toBe(200)
  }
})

test('[AP201] an OpenAPI document has an ETag; under its hash it is kept for ever, under another it is elsewhere', async () => {
  const index = await get('/openapi/v3')
  const { serverRelativeURL } = (JSON.parse(index.text) as { paths: Record<string, { serverRelativeURL: string }> })
    .paths['apis/apps/v1']!
  const document = await get(serverRelativeURL)
  const etag = document.headers.get('etag')!
  expect(serverRelativeURL).toBe(`/openapi/v3/apis/apps/v1?hash=${etag.slice(1, -1)}`)
  expect(document.headers.get('cache-control')).toBe('public, immutable')
  expect(Date.parse(document.headers.get('expires')!) - t.clock.now).toBeGreaterThan(364 * 24 * 3600 * 1000)
  expect((await get(serverRelativeURL, { 'if-none-match': etag })).status).toBe(304)
  const plain = await get('/openapi/v3/apis/apps/v1')
  expect([plain.text === document.text, plain.headers.get('cache-control')]).toEqual([true, 'no-cache, private'])
  const moved = await get('/openapi/v3/apis/apps/v1?hash=00')
  expect([moved.status, moved.headers.get('location')]).toEqual([301, serverRelativeURL])
  for (const path of ['/openapi/v2', '/openapi/v3']) {
    const tag = (await get(path)).headers.get('etag')!
    expect((await get(path, { 'if-none-match': tag })).status, path).toBe(304)
  }
  expect((await get('/openapi/v2', { accept: 'text/xml' })).status).toBe(406)
  expect((await t.call('POST', '/openapi/v2', {})).status).toBe(405)
})

test('[AP282] documents describe what they publish, in both versions', async () => {
  type Schemas = Record<string, { description?: string }>
  const index = JSON.parse((await get('/openapi/v3')).text) as { paths: Record<string, { serverRelativeURL: string }> }
  const silent = (schemas: Schemas | undefined) =>
    Object.entries(schemas ?? {}).flatMap(([model, { description = '' }]) => (description === '' ? [model] : []))
  for (const { serverRelativeURL } of Object.values(index.paths)) {
    const { components } = JSON.parse((await get(serverRelativeURL)).text) as { components?: { schemas?: Schemas } }
    expect(silent(components?.schemas), serverRelativeURL).toEqual([])
  }
  const { definitions } = JSON.parse((await get('/openapi/v2')).text) as { definitions: Schemas }
  expect(silent(definitions)).toEqual([])
})

test('[AP201] every stored resource is explained: its kind, its list and each path of it', async () => {
  const document = JSON.parse((await get('/openapi/v2')).text) as {
    paths: Record<string, object>
    definitions: Record<
      string,
      { 'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[] }
    >
  }
  const published = Object.values(document.definitions)
    .flatMap((schema) => schema['x-kubernetes-group-version-kind'] ?? [])
    .map(({ group, version, kind }) => `${group}/${version} ${kind}`)
  for (const { group, version, kind, listKind, plural, namespaced, rules } of kinds) {
    expect(published).toContain(`${group}/${version} ${kind}`)
    if (listKind !== undefined) expect(published).toContain(`${group}/${version} ${listKind}`)
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
    const base = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`
    expect(Object.keys(document.paths)).toContain(base)
    for (const name of rules.subresources ?? []) {
      expect(Object.keys(document.paths)).toContain(`${base}/{name}/${name}`)
    }
  }
  expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/api/', '/apis/', '/apis/apps/', '/version/']))
  // kubectl finds what it explains by the group, version and kind of discovery.
  const groups = (await get('/apis')).body['groups'] as { versions: { groupVersion: string }[] }[]
  const versions = groups.flatMap((group) => group.versions.map(({ groupVersion }) => `apis/${groupVersion}`))
  for (const path of ['api/v1', ...versions]) {
    const { body } = await get(`/${path}`)
    for (const { name, kind } of body['resources'] as { name: string; kind: string }[]) {
      if (!name.includes('/'))
        expect(published).toContain(`${path.replace(/^apis?\//, '').replace(/^v1$/, '/v1')} ${kind}`)
    }
  }
})

test('[AP202] health is told whole, check by check, and without what is excluded', async () => {
  const text = async (path: string) => (await get(path)).text
  for (const root of ['healthz', 'livez', 'readyz']) {
    expect(await text(`/${root}`)).toBe('ok')
    expect(await text(`/${root}?verbose`)).toBe(`[+]ping ok\n[+]log ok\n[+]etcd ok\n${root} check passed\n`)
    expect(await text(`/${root}/etcd`)).toBe('ok')
  }
  expect(await text('/readyz?verbose&exclude=etcd&exclude=x&exclude=y')).toBe(
    '[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\n' +
      'warn: some health checks cannot be excluded: no matches for "x","y"\nreadyz check passed\n',
  )
  expect([(await get('/livez/nope')).status, await text('/livez/nope')]).toEqual([404, '404 page not found\n'])
  const anonymous = await t.call('GET', '/livez?verbose', undefined, { token: null })
  expect(anonymous.text).toBe('[+]ping ok\n[+]log ok\nlivez check passed\n')
  expect((await t.call('GET', '/livez/ping', undefined, { token: null })).status).toBe(403)
})

test('[AP202] a check that fails is named, and always told', async () => {
  t.close()
  const failed = await get('/readyz')
  expect([failed.status, failed.text]).toEqual([
    500,
    '[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\nreadyz check failed\n',
  ])
  expect((await get('/readyz?exclude=etcd')).text).toBe('ok')
  expect((await get('/readyz/etcd')).status).toBe(500)
})
