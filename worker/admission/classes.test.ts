import { expect, test } from 'vitest'
import { kindOfResource } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import { admitted, furnished } from '../../test/support/admitted.ts'

const STORAGE = 'storageclass.kubernetes.io/is-default-class'
const INGRESS = 'ingressclass.kubernetes.io/is-default-class'

const marked = (key: string, minute: number, value = 'true') => ({
  metadata: { annotations: { [key]: value }, creationTimestamp: `2026-11-24T12:0${minute}:00Z` },
})
const made = (resource: string, spec: object, objects: Readonly<Record<string, object>>, annotations = {}): object => {
  const metadata = { name: 'x', namespace: 'n', annotations }
  const object = { apiVersion: '', kind: '', metadata, spec } as unknown as Resource
  return (admitted(kindOfResource(resource)!, object, furnished('n', objects)) as Resource & { spec: object }).spec
}

test('[AP186] a claim that names no class gets the newest default one, and "" is a name', () => {
  const of = (name: string) => `storageclasses.storage.k8s.io//${name}`
  const classes = {
    [of('old')]: marked(STORAGE, 1),
    [of('b')]: marked(STORAGE, 2),
    [of('c')]: marked(STORAGE, 2),
    [of('off')]: marked(STORAGE, 3, 'false'),
  }
  const claim = (spec: object, annotations = {}) => made('persistentvolumeclaims', spec, classes, annotations)
  expect(claim({})).toEqual({ storageClassName: 'b' })
  expect(claim({ storageClassName: '' })).toEqual({ storageClassName: '' })
  expect(claim({ storageClassName: 'mine' })).toEqual({ storageClassName: 'mine' })
  expect(claim({}, { 'volume.beta.kubernetes.io/storage-class': 'x' })).toEqual({})
  expect(made('persistentvolumeclaims', {}, {})).toEqual({})
  const beta = 'storageclass.beta.kubernetes.io/is-default-class'
  expect(made('persistentvolumeclaims', {}, { [of('a')]: marked(beta, 1) })).toEqual({ storageClassName: 'a' })
})

test('[AP186] an Ingress that names no class gets the newest default one', () => {
  const of = (name: string) => `ingressclasses.networking.k8s.io//${name}`
  const classes = { [of('a')]: marked(INGRESS, 1), [of('b')]: marked(INGRESS, 2) }
  const ingress = (spec: object, annotations = {}) => made('ingresses.networking.k8s.io', spec, classes, annotations)
  expect(ingress({})).toEqual({ ingressClassName: 'b' })
  expect(ingress({ ingressClassName: 'ghost' })).toEqual({ ingressClassName: 'ghost' })
  expect(ingress({}, { 'kubernetes.io/ingress.class': 'nginx' })).toEqual({})
})
