import { afterEach, beforeEach, expect, test } from 'vitest'
import { kindOfResource, kinds } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import { admitted, standing, updating } from '../../test/support/admitted.ts'
import { testApi, type TestApi } from '../../test/support/api.ts'
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts'

let t: TestApi
beforeEach(() => (t = testApi(kinds)))
afterEach(() => t.close())

test.each([
  ['persistentvolumeclaims', 'kubernetes.io/pvc-protection'],
  ['persistentvolumes', 'kubernetes.io/pv-protection'],
  ['volumeattributesclasses.storage.k8s.io', 'kubernetes.io/vac-protection'],
])('[AP285] %s carry %s once, behind what the client sent', (resource, finalizer) => {
  const kind = kindOfResource(resource)!
  const made = (finalizers?: string[]): string[] | undefined => {
    const namespace = kind.namespaced ? { namespace: 'n' } : {}
    const metadata = { name: 'x', ...namespace, ...(finalizers === undefined ? {} : { finalizers }) }
    const object = { metadata, spec: {} } as unknown as Resource // as much of one as the plugins look at
    return admitted(kind, object, standing({ 'namespaces//n': {} })).metadata.finalizers
  }
  expect(made()).toEqual([finalizer])
  expect(made(['a.b/c'])).toEqual(['a.b/c', finalizer])
  expect(made([finalizer, 'a.b/c'])).toEqual([finalizer, 'a.b/c'])
})

test('[AP285] a claim that the client made is protected, and a changed one is left alone', async () => {
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } })
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  const claims = '/api/v1/namespaces/n/persistentvolumeclaims'
  const made = await t.call('POST', claims, { metadata: { name: 'c' }, spec })
  expect(made.body['metadata']).toMatchObject({ finalizers: ['kubernetes.io/pvc-protection'] })
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
  const freed = await t.call('PATCH', `${claims}/c`, { metadata: { finalizers: null } }, merge)
  expect(freed.body['metadata']).not.toHaveProperty('finalizers')
})

const GROWING = { 'storageclasses.storage.k8s.io//grows': { allowVolumeExpansion: true } }
const CLASSES = {
  ...GROWING,
  'storageclasses.storage.k8s.io//stays': { allowVolumeExpansion: false },
  'storageclasses.storage.k8s.io//silent': {},
}
const UNBOUND = 'Only bound persistent volume claims can be expanded'
const RIGID =
  'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'

test.each([
  ['1Gi', '2Gi', 'grows', 'Bound', ''],
  ['1Gi', '1Gi', 'stays', 'Bound', ''],
  ['1Gi', '1024Mi', 'stays', 'Pending', ''],
  ['2Gi', '1Gi', 'stays', 'Bound', ''],
  ['1Gi', '2Gi', 'grows', 'Pending', UNBOUND],
  ['1Gi', '2Gi', 'stays', 'Bound', RIGID],
  ['1Gi', '2Gi', 'silent', 'Bound', RIGID],
  ['1Gi', '2Gi', 'ghost', 'Bound', RIGID],
  ['1Gi', '2Gi', '', 'Bound', RIGID],
])('[AP286] a claim of %s grows to %s, of class "%s" and %s: "%s"', (from, to, storageClassName, phase, why) => {
  const of = (storage: string, metadata: object = {}) =>
    ({
      metadata: { name: 'c', namespace: 'n', ...metadata },
      spec: { storageClassName, resources: { requests: { storage } } },
      status: { phase },
    }) as unknown as Resource // as much of a claim as the plugin looks at
  const told = (object: Resource, old: Resource): string => {
    const attributes = updating(kindOfResource('persistentvolumeclaims')!, object, old)
    try {
      persistentVolumeClaimResize.validate?.(attributes, standing(CLASSES))
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
    return ''
  }
  expect(told(of(to), of(from))).toBe(why === '' ? '' : `persistentvolumeclaims "c" is forbidden: ${why}`)
  if (why !== RIGID) return
  // The older annotation goes before the field, and no claim changes its class on the way.
  const old = { annotations: { 'volume.beta.kubernetes.io/storage-class': 'grows' } }
  expect(told(of(to, old), of(from, old))).toBe('')
  expect(told(of(to, old), of(from))).toContain(RIGID)
})

test('[AP286] a bound claim of a class that grows is expanded, of another it is 403', async () => {
  await t.call('POST', '/api/v1/namespaces', { metadata: { name: 'n' } })
  const provisioner = { provisioner: 'a.b/c' }
  const classes = '/apis/storage.k8s.io/v1/storageclasses'
  await t.call('POST', classes, { metadata: { name: 'grows' }, ...provisioner, allowVolumeExpansion: true })
  await t.call('POST', classes, { metadata: { name: 'stays' }, ...provisioner })
  const claims = '/api/v1/namespaces/n/persistentvolumeclaims'
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
  const storage = (size: string) => ({ resources: { requests: { storage: size } } })
  const answers: number[] = []
  for (const name of ['grows', 'stays']) {
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: name, volumeName: 'v', ...storage('1Gi') }
    await t.call('POST', claims, { metadata: { name }, spec })
    await t.call('PATCH', `${claims}/${name}/status`, { status: { phase: 'Bound' } }, merge)
    answers.push((await t.call('PATCH', `${claims}/${name}`, { spec: storage('2Gi') }, merge)).status)
  }
  expect(answers).toEqual([200, 403])
})
