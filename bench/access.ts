import { serverOf, type Bed } from './bed.ts'
import { each, makeClient, rate, type Client } from './client.ts'
import { interleaved } from './pairs.ts'
import type { Part } from './part.ts'
import { compared, counted, type Line } from './table.ts'

const BINDINGS = 1000
const NOISE = 10_000
const PAIRS = 10
const WINDOW = 300
const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const GET = '/api/v1/namespaces/default/configmaps/one'

/** What it costs to ask who somebody is and what he may, and what strangers cost. */
export const access: Part = {
  name: 'access',
  about: 'authorisation with 1,000 bindings beside none; 10,000 requests without a valid token',
  async run(bed) {
    return [...(await bindings(bed)), ...(await noise(bed))]
  },
}

/** One user of a cluster with a binding or with a thousand; the request and its answer are the same. */
async function bindings(bed: Bed): Promise<Line[]> {
  const [few, many] = [await bed.cluster(), await bed.cluster()]
  const admins = [few, many].map((cluster) => makeClient(serverOf(cluster), 4))
  for (const admin of admins)
    await admin.send('POST', '/api/v1/namespaces/default/configmaps', '{"metadata":{"name":"one"}}')
  const [alone, crowd] = await Promise.all(
    [few, many].map(async (cluster, i) => {
      const admin = admins[i]!
      await allow(admin, 'bench', 0)
      if (i === 1) await each(BINDINGS, 4, (n) => allow(admin, `other-${n}`, n + 1))
      const { token } = JSON.parse(await admin.send('POST', '/podo/tokens', '{"user":"bench"}')) as { token: string } // its shape
      return makeClient({ ...serverOf(cluster), token }, 4)
    }),
  )
  if (alone === undefined || crowd === undefined) throw new Error('there are two clusters')
  const perSecond = (client: Client) => rate(4, WINDOW, () => client.send('GET', GET))
  await perSecond(crowd)
  await perSecond(alone)
  const pairs = await interleaved(
    PAIRS,
    () => perSecond(crowd),
    () => perSecond(alone),
  )
  for (const client of [...admins, alone, crowd]) client.close()
  return [compared('get by a user, 1,000 bindings beside one', pairs, 'per second', { atLeast: 0.95 })]
}

async function allow(admin: Client, user: string, n: number): Promise<void> {
  const role = { metadata: { name: `r${n}` }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] }
  await admin.send('POST', `${RBAC}/clusterroles`, JSON.stringify(role))
  const binding = {
    metadata: { name: `b${n}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `r${n}` },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  }
  await admin.send('POST', `${RBAC}/clusterrolebindings`, JSON.stringify(binding))
}

/** Requests that the object counted, before and after a scanner came by. */
async function noise(bed: Bed): Promise<Line[]> {
  const cluster = await bed.cluster()
  const admin = makeClient(serverOf(cluster), 1)
  const requests = async (): Promise<number> => {
    const text = await admin.send('GET', '/metrics', undefined, undefined, 'text/plain')
    return [...text.matchAll(/^apiserver_request_total\{[^}]*\} (\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0)
  }
  await requests()
  const before = await requests()
  const [none, wrong] = ['', 'podo.wrong.token'].map((token) => makeClient({ ...serverOf(cluster), token }, 8))
  await each(NOISE, 8, async (i) => {
    const client = i % 2 === 0 ? none : wrong
    await client?.send('GET', `/api/v1/namespaces/default/secrets?n=${i}`).catch(() => undefined)
  })
  const reached = (await requests()) - before - 1
  for (const client of [admin, none, wrong]) client?.close()
  return [counted('calls of the object by 10,000 requests without a valid token', reached, 'requests', { atMost: 0 })]
}
