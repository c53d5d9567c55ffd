import { kinds } from '../api/kinds/index.ts'
import { rfc3339Micro } from '../api/meta/time.ts'
import { testApi, type TestApi } from '../test/support/api.ts'
import type { Part } from './part.ts'
import { counted } from './table.ts'

/** client-go's default: who leads renews this often, who waits looks this often. */
const RETRY_MS = 2_000
const A_DAY = 86_400_000 / RETRY_MS
const TURNS = 500
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases'

/** Leader election by a Lease, as controllers in Pods do it: one PUT of whoever leads, one GET of each that waits. */
export const leases: Part = {
  name: 'leases',
  about: 'requests and rows of a leader election and of a token in a day (in this process, counted)',
  async run() {
    const api = testApi(kinds)
    try {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }
      await expectOk(api, 'POST', '/api/v1/namespaces', namespace)
      let lease = await expectOk(api, 'POST', LEASES, leaseAt(api.clock.now))
      const leads = await rowsOf(api, async () => {
        for (let turn = 0; turn < TURNS; turn++) {
          api.clock.now += RETRY_MS
          const spec = leaseAt(api.clock.now).spec
          lease = await expectOk(api, 'PUT', `${LEASES}/leader`, { ...lease, spec })
        }
      })
      const waits = await rowsOf(api, async () => {
        for (let turn = 0; turn < TURNS; turn++) await expectOk(api, 'GET', `${LEASES}/leader`)
      })
      const renews = await tokenRows(api)
      const day = (rows: number): number => (rows / TURNS) * A_DAY
      return [
        counted('requests of a leader election in a day, of each that takes part', A_DAY, 'requests'),
        counted('rows written by who leads, in a day', day(leads.written), 'rows'),
        counted('rows read by who leads, in a day', day(leads.read), 'rows'),
        counted('rows written by each that waits, in a day', day(waits.written), 'rows'),
        counted('rows read by each that waits, in a day', day(waits.read), 'rows'),
        counted('requests of a Pod in a day that keep its token fresh', TOKENS_A_DAY, 'requests'),
        counted('rows written by them', (renews / TURNS) * TOKENS_A_DAY, 'rows'),
      ]
    } finally {
      api.close()
    }
  },
}

/** An agent renews with a fifth of an hour left. */
const TOKENS_A_DAY = 24 / 0.8

async function tokenRows(api: TestApi): Promise<number> {
  const accounts = '/api/v1/namespaces/default/serviceaccounts'
  await expectOk(api, 'POST', accounts, { metadata: { name: 'robot' } })
  const { written } = await rowsOf(api, async () => {
    for (let turn = 0; turn < TURNS; turn++)
      await expectOk(api, 'POST', `${accounts}/robot/token`, { spec: { audiences: [], expirationSeconds: 3607 } })
  })
  return written
}

const leaseAt = (now: number) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'leader' },
  spec: {
    holderIdentity: 'controller-5d9c7',
    leaseDurationSeconds: 15,
    acquireTime: rfc3339Micro(Date.UTC(2026, 10, 24)),
    renewTime: rfc3339Micro(now),
    leaseTransitions: 0,
  },
})

async function expectOk(api: TestApi, method: string, path: string, body?: object): Promise<object> {
  const answer = await api.call(method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`)
  return answer.body
}

async function rowsOf(api: TestApi, work: () => Promise<void>): Promise<{ written: number; read: number }> {
  const before = { ...api.api.store.usage }
  await work()
  const { rowsWritten, rowsRead } = api.api.store.usage
  return { written: rowsWritten - before.rowsWritten, read: rowsRead - before.rowsRead }
}
