import { expect, test } from 'vitest'
import type { ApiClient } from './api-client.ts'
import { fleetTable, podsReady } from './fleet.ts'

/** An API server that knows these answers, by path. */
const serving = (answers: Readonly<Record<string, unknown>>): ApiClient => ({
  server: 'https://127.0.0.1:8443',
  call: async (_, path) => ({ code: path in answers ? 200 : 404, body: answers[path] }),
  expect: async <T>(_: string, path: string) => {
    if (!(path in answers)) throw new Error(`nobody asked for ${path} before`)
    return answers[path] as T // the test names the shape
  },
})
const column = (name: string, priority = 0) => ({ name, priority })
const NODES = {
  columnDefinitions: [column('Name'), column('Status'), column('Kernel-Version', 1)],
  rows: [{ cells: ['pi', 'Ready', '6.1'] }],
}

test('[CL21] the fleet is shown as kubectl shows it, without the wide columns', async () => {
  const pods = {
    columnDefinitions: [column('Name'), column('Ready'), column('IP', 1), column('Age')],
    rows: [
      { cells: ['web-1', '1/1', '10.244.0.2', '5m'], object: { metadata: { namespace: 'default' } } },
      { cells: ['a', '0/1', null, '7s'], object: { metadata: { namespace: 'x' } } },
    ],
  }
  expect(await fleetTable(serving({ '/api/v1/nodes': NODES, '/api/v1/pods': pods }))).toEqual([
    'NAME   STATUS',
    'pi     Ready',
    '',
    'NAMESPACE   NAME    READY   AGE',
    'default     web-1   1/1     5m',
    'x           a       0/1     7s',
  ])
})

test('[CL21] without Pods it says so', async () => {
  const api = serving({ '/api/v1/nodes': NODES, '/api/v1/pods': { columnDefinitions: [], rows: [] } })
  expect(await fleetTable(api)).toEqual(['NAME   STATUS', 'pi     Ready', '', 'No Pods.'])
})

const pod = (status: object) => ({ metadata: { name: 'web' }, status })
const READY = pod({ conditions: [{ type: 'Ready', status: 'True' }] })

test.each([
  [
    pod({ containerStatuses: [{ state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } }] }),
    'Pod web: ErrImagePull no such image',
  ],
  [
    pod({ conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }] }),
    'Pod web: 0/1 nodes are available',
  ],
  [pod({ conditions: [{ type: 'Ready', status: 'False' }] }), 'Pod web: is starting'],
])('[CL22] of the Pods that are not ready the first says why: %j', async (waiting, why) => {
  const api = serving({
    '/api/v1/namespaces/default/pods?labelSelector=app%3Dnginx': { items: [READY, waiting] },
    '/apis/apps/v1/namespaces/default/deployments/nginx': { spec: { replicas: 3 } },
  })
  expect(await podsReady(api, 'default', 'nginx')).toEqual({ ready: 1, wanted: 3, why })
})
