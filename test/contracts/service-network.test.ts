import { expect, test } from 'vitest'
import { kindOfResource } from '../../api/kinds/index.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import type { ServiceCIDR } from '../../api/schema/types.generated.ts'
import { makeWorld, Plane } from '../../bench/plane.ts'

function kindNamed(resource: string): Kind {
  const kind = kindOfResource(resource)
  if (kind === undefined) throw new Error(`no kind ${resource}`)
  return kind
}
const CIDRS = 'servicecidrs.networking.k8s.io'
const caller = (now: number) => ({
  user: { name: 'admin', groups: ['system:masters'] },
  now,
  warnings: [],
  dice: { uid: () => 'u', suffix: () => 'x' },
})

test('[AP124] a range that is deleted goes with the last Service that has an address of it, and comes no sooner', () => {
  const world = makeWorld(Date.parse('2026-11-24T00:00:00Z'))
  const plane = new Plane(world)
  const ranged = (name: string): ServiceCIDR | undefined =>
    plane.store.get({ resource: CIDRS, namespace: '', name })?.object as ServiceCIDR | undefined
  const remove = (resource: string, namespace: string, name: string): void => {
    const kind = kindNamed(resource)
    plane.store.transaction((tx) => {
      plane.registry.delete(tx, caller(world.now), kind, { resource, namespace, name })
    })
    plane.finish()
  }
  const base = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'more' } }
  plane.create(CIDRS, { ...base, spec: { cidrs: ['10.97.0.0/24'] } })
  plane.finish()
  expect(ranged('more')?.status?.conditions).toMatchObject([{ type: 'Ready', status: 'True' }])
  const spec = { clusterIP: '10.97.0.9', ports: [{ port: 80 }] }
  plane.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec })
  remove(CIDRS, '', 'more')
  expect(ranged('more')?.status?.conditions).toMatchObject([{ type: 'Ready', status: 'False', reason: 'Terminating' }])
  remove('services', 'default', 'a')
  expect(ranged('more')).toBeUndefined()
})

test('[AP122] the Service kubernetes and its address are back at once when they are deleted', () => {
  const world = makeWorld(Date.parse('2026-11-24T00:00:00Z'))
  const plane = new Plane(world)
  const key = { resource: 'services', namespace: 'default', name: 'kubernetes' }
  const before = plane.store.get(key)?.uid
  plane.store.transaction((tx) => {
    plane.registry.delete(tx, caller(world.now), kindNamed('services'), key)
  })
  plane.finish()
  expect(plane.store.get(key)?.uid).not.toBe(before)
  expect(plane.store.get(key)?.object).toMatchObject({ spec: { clusterIP: '10.96.0.1' } })
  const address = { resource: 'ipaddresses.networking.k8s.io', namespace: '', name: '10.96.0.1' }
  expect(plane.store.get(address)).toBeDefined()
})
