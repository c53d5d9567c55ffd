import { afterEach, beforeEach, expect, test } from 'vitest'
import { kindOfResource, kinds } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import { admitted, furnished } from '../../test/support/admitted.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'

let t: TestApi
beforeEach(() => (t = testApi(kinds)))
afterEach(() => t.close())

test('[AP187] nothing is made in a namespace that is not there or is going, and three stay for ever', async () => {
  const config = { metadata: { name: 'x' } }
  const nowhere = await t.call('POST', '/api/v1/namespaces/nowhere/configmaps', config)
  expect([nowhere.status, nowhere.body['message']]).toEqual([404, 'namespaces "nowhere" not found'])
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'going' } })
  await t.call('DELETE', '/api/v1/namespaces/going')
  const refused = await t.call('POST', '/api/v1/namespaces/going/configmaps', config)
  expect(refused.body).toMatchObject({
    code: 403,
    message:
      'configmaps "x" is forbidden: unable to create new content in namespace going because it is being terminated',
    details: {
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: 'namespace going is being terminated',
          field: 'metadata.namespace',
        },
      ],
    },
  })
  for (const name of ['default', 'kube-system', 'kube-public']) {
    await t.call('POST', '/api/v1/namespaces', { metadata: { name } })
    const kept = await t.call('DELETE', `/api/v1/namespaces/${name}`)
    expect([kept.status, kept.body['message']]).toEqual([
      403,
      `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    ])
  }
})

test('[AP188] a new node is tainted until it has been seen ready', () => {
  const nodes = kindOfResource('nodes')!
  const made = admitted(nodes, { metadata: { name: 'a' } } as Resource, furnished('n'))
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
  expect(made).toMatchObject({ spec: { taints: [taint] } })
  expect(admitted(nodes, made, furnished('n'))).toMatchObject({ spec: { taints: [taint] } })
})
