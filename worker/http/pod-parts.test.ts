import { afterEach, beforeEach, expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

/** The subresources through which a part of a Pod's spec is written, and scales. */
const PODS = '/api/v1/namespaces/default/pods'
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } }
const STRATEGIC = { headers: { 'content-type': 'application/strategic-merge-patch+json' } }
let t: TestApi

const sizes = (cpu: string, memory: string) => ({ cpu, memory })
const container = {
  name: 'c',
  image: 'nginx',
  resources: { requests: sizes('100m', '64Mi'), limits: sizes('200m', '128Mi') },
}

beforeEach(async () => {
  t = testApi(kinds)
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
})
afterEach(() => t.close())

const make = (spec: object = {}, metadata: object = {}) =>
  t.call('POST', PODS, { metadata: { name: 'x', ...metadata }, spec: { containers: [container], ...spec } })
const debug = (more: object = {}) => ({ name: 'd', image: 'busybox', ...more })
const add = (...list: object[]) =>
  t.call('PATCH', `${PODS}/x/ephemeralcontainers`, { spec: { ephemeralContainers: list } }, STRATEGIC)
const resize = (containers: object[], more: object = {}, options = STRATEGIC) =>
  t.call('PATCH', `${PODS}/x/resize`, { spec: { containers, ...more } }, options)

test('[AP111] debug containers are added, counted as a generation, and nothing else comes with them', async () => {
  await make()
  const added = await t.call(
    'PATCH',
    `${PODS}/x/ephemeralcontainers`,
    {
      metadata: { labels: { a: 'b' } },
      spec: { ephemeralContainers: [debug({ targetContainerName: 'c' })], containers: [{ name: 'c', image: 'other' }] },
    },
    STRATEGIC,
  )
  expect([added.status, added.body]).toMatchObject([
    200,
    {
      metadata: { generation: 2 },
      spec: { containers: [{ image: 'nginx' }], ephemeralContainers: [{ name: 'd', targetContainerName: 'c' }] },
    },
  ])
  expect(added.body['metadata']).not.toHaveProperty('labels')
  expect((await t.call('GET', `${PODS}/x/ephemeralcontainers`)).body).toMatchObject({
    spec: { ephemeralContainers: [{ name: 'd' }] },
  })
})

test('[AP111] a debug container stays as it is', async () => {
  await make()
  await add(debug())
  const changed = await add(debug({ image: 'other' }))
  expect([changed.status, changed.body['message']]).toEqual([
    422,
    expect.stringMatching(
      /^Pod "x" is invalid: spec\.ephemeralContainers: Forbidden: existing ephemeral containers "d" may not be changed\n@@ /,
    ),
  ])
  const gone = await t.call('PATCH', `${PODS}/x/ephemeralcontainers`, { spec: { ephemeralContainers: null } }, MERGE)
  expect(gone.body['message']).toBe(
    'Pod "x" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers "d" may not be removed\n',
  )
  const taken = await add(debug(), debug({ name: 'c' }))
  expect(taken.body['message']).toBe('Pod "x" is invalid: spec.ephemeralContainers[1].name: Duplicate value: "c"')
})

test('[AP111] a static Pod gets no debug container', async () => {
  await make({ nodeName: 'n' }, { annotations: { 'kubernetes.io/config.mirror': 'x' } })
  expect((await add(debug())).body['message']).toBe(
    'Pod "x" is invalid: []: Forbidden: static pods do not support ephemeral containers',
  )
})

test('[AP112] a resize changes cpu and memory, and nothing else that it says', async () => {
  await make()
  const sized = await resize([{ name: 'c', image: 'other', resources: { requests: sizes('150m', '64Mi') } }])
  expect([sized.status, sized.body]).toMatchObject([
    200,
    {
      metadata: { generation: 2 },
      spec: { containers: [{ image: 'nginx', resources: { requests: sizes('150m', '64Mi') } }] },
    },
  ])
  expect((await t.call('GET', `${PODS}/x/resize`)).text).toBe((await t.call('GET', `${PODS}/x`)).text)
})

test.each<[string, object[], object, string]>([
  [
    'another container',
    [{ name: 'e', image: 'i' }],
    {},
    'spec.containers: Forbidden: containers may not be added or removed on resize',
  ],
  [
    'a limit taken away',
    [{ name: 'c', resources: { limits: { memory: null } } }],
    {},
    'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed',
  ],
  [
    'another resource',
    [{ name: 'c', resources: { limits: { 'ephemeral-storage': '1Gi' } } }],
    {},
    'spec: Forbidden: only cpu and memory resources are mutable',
  ],
  [
    'another policy',
    [{ name: 'c', resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }],
    {},
    'spec: Forbidden: only cpu and memory resources are mutable',
  ],
  [
    'a plain init container',
    [],
    { initContainers: [{ name: 'i', resources: { requests: { cpu: '2' } } }] },
    'spec: Forbidden: resources for non-sidecar init containers are immutable',
  ],
])('[AP112] a resize is refused: %s', async (_, containers, more, why) => {
  await make({ initContainers: [{ name: 'i', image: 'i', resources: { requests: { cpu: '1' } } }] })
  const { status, body } = await resize(containers, more)
  expect([status, body['message']]).toEqual([422, `Pod "x" is invalid: ${why}`])
})

test('[AP112] a resize stays in its class of service', async () => {
  await make()
  const { body } = await resize([{ name: 'c', resources: { requests: sizes('200m', '128Mi') } }])
  expect(body['message']).toBe(
    'Pod "x" is invalid: spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
  )
})

test('[AP112] containers keep their order, and a node that says nothing of resources is not asked', async () => {
  await make({ containers: [container, { ...container, name: 'e' }] })
  const swapped = await resize([{ ...container, name: 'e' }, container], {}, MERGE)
  expect(swapped.body['message']).toBe(
    'Pod "x" is invalid: [spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize, spec.containers[1].name: Forbidden: containers may not be renamed or reordered on resize]',
  )
  const running = { name: 'c', image: 'nginx', imageID: '', ready: true, restartCount: 0, state: { running: {} } }
  await t.call('PATCH', `${PODS}/x/status`, { status: { containerStatuses: [running] } }, MERGE)
  const deaf = await resize([{ name: 'c', resources: { requests: { cpu: '150m' } } }])
  expect(deaf.body['message']).toBe(
    'Pod "x" is invalid: spec: Forbidden: Pod running on node without support for resize',
  )
  const reports = { ...running, resources: container.resources }
  await t.call('PATCH', `${PODS}/x/status`, { status: { containerStatuses: [reports] } }, MERGE)
  expect((await resize([{ name: 'c', resources: { requests: { cpu: '150m' } } }])).status).toBe(200)
})

const LABELS = { app: 'a' }
const template = { metadata: { labels: LABELS }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }
test.each<[string, string, object]>([
  ['replicationcontrollers', '/api/v1/namespaces/default/replicationcontrollers', LABELS],
  ['statefulsets.apps', '/apis/apps/v1/namespaces/default/statefulsets', { matchLabels: LABELS }],
])(
  '[AP113] the scale of %s is read and written, with what it demands of the object',
  async (resource, path, selector) => {
    await t.call('POST', path, { metadata: { name: 'x' }, spec: { replicas: 2, selector, template } })
    const got = await t.call('GET', `${path}/x/scale`)
    expect(got.body).toMatchObject({ kind: 'Scale', spec: { replicas: 2 }, status: { replicas: 0, selector: 'app=a' } })
    const put = (metadata: object) =>
      t.call('PUT', `${path}/x/scale`, { metadata: { name: 'x', ...metadata }, spec: { replicas: 3 } })
    const uid = String(got.body['metadata']['uid'])
    const other = await put({ uid: 'zz' })
    const why = `Precondition failed: UID in precondition: zz, UID in object meta: ${uid}`
    expect([other.status, other.body['message']]).toEqual([
      409,
      `Operation cannot be fulfilled on ${resource} "x": ${why}`,
    ])
    const patched = await t.call('PATCH', `${path}/x/scale`, { metadata: { uid: 'zz' } }, MERGE)
    const [plural, ...group] = resource.split('.')
    expect(patched.body['message']).toBe(
      `Operation cannot be fulfilled on ${[`${plural}/scale`, ...group].join('.')} "x": ${why}`,
    )
    expect((await put({ resourceVersion: '1' })).status).toBe(409)
    expect((await put({ uid })).body).toMatchObject({ spec: { replicas: 3 } })
  },
)
