import { expect, test } from 'vitest'
import { kinds } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Namespace, NamespaceStatus } from '../../api/schema/types.generated.ts'
import { ago, NOW, only, podNamed, replicasetNamed, statusIn, StillView } from '../../test/simulation/still-view.ts'
import { namespaceController } from './namespace.ts'

const controller = namespaceController(kinds.filter((kind) => kind.namespaced && kind.verbs.includes('delete')))
const shop = (deleting: boolean): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'shop',
    uid: 'ns',
    resourceVersion: '1',
    creationTimestamp: ago(900),
    ...(deleting ? { deletionTimestamp: ago(1) } : {}),
  },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: deleting ? 'Terminating' : 'Active' },
})
const inShop = { meta: { namespace: 'shop' } }
const reconcile = (...content: Resource[]) => controller.reconcile(shop(true), new StillView([shop(true), ...content]))
const condition = (changes: ReturnType<typeof reconcile>, type: string) =>
  statusIn<NamespaceStatus>(changes)?.conditions?.find((found) => found.type === type)

test('a namespace that lives is left alone', () => {
  expect(controller.reconcile(shop(false), new StillView([shop(false), podNamed('a', inShop)]))).toEqual([])
})

test('[CT80] Pods go first, then the rest', () => {
  const rs = replicasetNamed('web', {}, {}, { namespace: 'shop' })
  const first = reconcile(podNamed('a', inShop), rs)
  expect(only(first, 'delete').map(({ object }) => object.metadata.name)).toEqual(['a'])
  const going = podNamed('a', { meta: { namespace: 'shop', deletionTimestamp: ago(1) } })
  expect(only(reconcile(going, rs), 'delete')).toEqual([])
  expect(only(reconcile(rs), 'delete').map(({ object }) => object.metadata.name)).toEqual(['web'])
})

test('[CT81] the conditions say what remains, and what holds it', () => {
  const finalizers = ['example.com/hold']
  const pods = [podNamed('a', { meta: { namespace: 'shop', finalizers } }), podNamed('b', inShop)]
  const changes = reconcile(...pods)
  expect(condition(changes, 'NamespaceContentRemaining')).toMatchObject({
    status: 'True',
    reason: 'SomeResourcesRemain',
    message: 'Some resources are remaining: pods. has 2 resource instances',
  })
  expect(condition(changes, 'NamespaceFinalizersRemaining')).toMatchObject({
    status: 'True',
    reason: 'SomeFinalizersRemain',
    message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  })
  expect(condition(changes, 'NamespaceDeletionDiscoveryFailure')).toMatchObject({
    status: 'False',
    reason: 'ResourcesDiscovered',
  })
})

test('a large one is looked at now and then, not for each object that goes', () => {
  const meta = { namespace: 'shop', deletionTimestamp: ago(1) }
  const pods = Array.from({ length: 60 }, (_, i) => podNamed(`p${i}`, { meta }))
  expect(only(reconcile(...pods), 'again')).toEqual([{ do: 'again', at: NOW + 2000 }])
  const view = new StillView([shop(true), ...pods], { waiting: NOW + 1500 })
  expect(controller.reconcile(shop(true), view)).toEqual([{ do: 'again', at: NOW + 1500 }])
  expect(only(reconcile(...pods.slice(0, 9)), 'again')).toEqual([])
})

test('[CT82] an empty one loses its finalizer', () => {
  const changes = reconcile()
  expect(only(changes, 'finalize')).toMatchObject([{ finalizers: [] }])
  expect(condition(changes, 'NamespaceContentRemaining')).toMatchObject({
    status: 'False',
    reason: 'ContentRemoved',
    message: 'All content successfully removed',
  })
})

test('a deletion in a namespace that goes away wakes it', () => {
  const pod = podNamed('a', inShop)
  const happened = {
    type: 'DELETED',
    key: { resource: 'pods', namespace: 'shop', name: 'a' },
    before: pod,
    after: pod,
  } as const
  const wakes = controller.wakes?.['*']
  expect(wakes?.(happened, new StillView([shop(true)]))).toEqual([
    { resource: 'namespaces', namespace: '', name: 'shop' },
  ])
  expect(wakes?.(happened, new StillView([shop(false)]))).toEqual([])
})
