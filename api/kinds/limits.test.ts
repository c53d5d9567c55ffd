import { expect, test } from 'vitest'
import type { LimitRange, PersistentVolumeClaim, Pod } from '../schema/types.generated.ts'
import { claimLimitErrors, podLimitErrors, withDefaultLimits } from './limits.ts'

const range = (item: object, type = 'Container'): LimitRange =>
  ({ metadata: { name: 'l' }, spec: { limits: [{ type, ...item }] } }) as unknown as LimitRange
const container = (name: string, resources: object = {}, more: object = {}) => ({
  name,
  image: 'i',
  resources,
  ...more,
})
const podOf = (spec: object): Pod => ({ metadata: { name: 'p' }, spec }) as unknown as Pod
const asking = (requests: object, limits: object): Pod => podOf({ containers: [container('c', { requests, limits })] })

test('[AP189] containers that say nothing get the defaults of their namespace, and the Pod says which', () => {
  const defaults = range({ default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '100m', memory: '1Gi' } })
  const pod = podOf({
    containers: [container('c'), container('d', { requests: { cpu: '2' }, limits: { cpu: '2', memory: '2Gi' } })],
    initContainers: [container('i', { limits: { cpu: '3' } })],
  })
  const filled = withDefaultLimits(pod, defaults)
  expect(filled.metadata.annotations).toEqual({
    'kubernetes.io/limit-ranger': [
      'LimitRanger plugin set: cpu, memory request for container c',
      'cpu, memory limit for container c',
      'memory request for container d',
      'cpu, memory request for init container i',
      'memory limit for init container i',
    ].join('; '),
  })
  expect(filled.spec.containers[0]?.resources).toEqual({
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '100m', memory: '1Gi' },
  })
  expect(filled.spec.initContainers?.[0]?.resources?.limits).toEqual({ cpu: '3', memory: '1Gi' })
  expect(withDefaultLimits(filled, defaults)).toBe(filled)
  expect(withDefaultLimits(pod, range({ max: { cpu: '1' } }))).toBe(pod)
})

test.each<[string, object, object, object, string[]]>([
  [
    'min without request',
    { min: { cpu: '1' } },
    {},
    {},
    ['minimum cpu usage per Container is 1.  No request is specified'],
  ],
  [
    'min above request',
    { min: { cpu: '1' } },
    { cpu: '500m' },
    {},
    ['minimum cpu usage per Container is 1, but request is 500m'],
  ],
  [
    'min above limit',
    { min: { cpu: '1' } },
    { cpu: '1' },
    { cpu: '900m' },
    ['minimum cpu usage per Container is 1, but limit is 900m'],
  ],
  [
    'max without limit',
    { max: { cpu: '2' } },
    {},
    {},
    ['maximum cpu usage per Container is 2.  No limit is specified'],
  ],
  [
    'max below limit',
    { max: { cpu: '2' } },
    {},
    { cpu: '3' },
    ['maximum cpu usage per Container is 2, but limit is 3'],
  ],
  [
    'max below request',
    { max: { cpu: '2' } },
    { cpu: '3' },
    { cpu: '2' },
    ['maximum cpu usage per Container is 2, but request is 3'],
  ],
  [
    'ratio',
    { maxLimitRequestRatio: { cpu: '2' } },
    { cpu: '1' },
    { cpu: '5' },
    ['cpu max limit to request ratio per Container is 2, but provided ratio is 5.000000'],
  ],
  [
    'ratio without request',
    { maxLimitRequestRatio: { cpu: '2' } },
    {},
    { cpu: '5' },
    ['cpu max limit to request ratio per Container is 2, but no request is specified or request is 0'],
  ],
  [
    'ratio without limit',
    { maxLimitRequestRatio: { cpu: '2' } },
    { cpu: '1' },
    {},
    ['cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0'],
  ],
  ['a ratio that fits', { maxLimitRequestRatio: { cpu: '1500m' } }, { cpu: '2' }, { cpu: '3' }, []],
  [
    'two at once, by name',
    { max: { memory: '2Gi', cpu: '2' } },
    { cpu: '3', memory: '3Gi' },
    { cpu: '3', memory: '3Gi' },
    [
      'maximum cpu usage per Container is 2, but limit is 3',
      'maximum memory usage per Container is 2Gi, but limit is 3Gi',
    ],
  ],
])('[AP189] a container keeps to its bounds: %s', (_what, item, requests, limits, reasons) => {
  expect(podLimitErrors(asking(requests, limits), range(item))).toEqual(reasons)
})

test('[AP189] bounds of a Pod count its containers together, or what it says as a whole', () => {
  const most = range({ max: { memory: '2Gi' } }, 'Pod')
  const each = container('a', { limits: { memory: '1Gi' } })
  expect(podLimitErrors(podOf({ containers: [each, each] }), most)).toEqual([])
  const starting = container('i', { limits: { memory: '3Gi' } })
  expect(podLimitErrors(podOf({ containers: [each], initContainers: [starting] }), most)).toEqual([
    'maximum memory usage per Pod is 2Gi, but limit is 3Gi',
  ])
  const sidecar = container('s', { limits: { memory: '1536Mi' } }, { restartPolicy: 'Always' })
  expect(podLimitErrors(podOf({ containers: [each], initContainers: [sidecar] }), most)).toEqual([
    'maximum memory usage per Pod is 2Gi, but limit is 2560Mi',
  ])
  const whole = { containers: [each, each, each], resources: { limits: { memory: '2Gi' } } }
  expect(podLimitErrors(podOf(whole), most)).toEqual([])
})

test('[AP189] of a claim only what it requests counts', () => {
  const claim = (storage?: string) =>
    ({
      metadata: { name: 'c' },
      spec: { resources: storage === undefined ? {} : { requests: { storage } } },
    }) as unknown as PersistentVolumeClaim
  const item = range({ min: { storage: '1Gi' }, max: { storage: '5Gi' } }, 'PersistentVolumeClaim')
  expect(claimLimitErrors(claim('2Gi'), item)).toEqual([])
  expect(claimLimitErrors(claim('10Gi'), item)).toEqual([
    'maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi',
  ])
  expect(claimLimitErrors(claim('1Mi'), item)).toEqual([
    'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi',
  ])
  expect(claimLimitErrors(claim(), item)).toEqual([
    'minimum storage usage per PersistentVolumeClaim is 1Gi.  No request is specified',
    'maximum storage usage per PersistentVolumeClaim is 5Gi.  No request is specified',
  ])
})
