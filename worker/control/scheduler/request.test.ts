import { expect, test } from 'vitest'
import type { Container } from '../../../api/schema/types.generated.ts'
import { podNamed } from '../../../test/simulation/still-view.ts'
import { requestOf, scoredRequestOf } from './request.ts'

const container = (cpu: string | undefined, restartPolicy?: string): Container => ({
  name: 'c',
  image: 'i',
  resources: cpu === undefined ? {} : { requests: { cpu } },
  ...(restartPolicy === undefined ? {} : { restartPolicy }),
})
const cpu = (spec: Parameters<typeof podNamed>[1]): number | undefined => requestOf(podNamed('p', spec))['cpu']

test('[SC12] containers run beside each other, init containers before them, sidecars beside all that follows', () => {
  const containers = [container('100m'), container('0.2')]
  expect(cpu({ spec: { containers } })).toBe(300)
  expect(cpu({ spec: { containers, initContainers: [container('1'), container('250m')] } })).toBe(1000)
  expect(cpu({ spec: { containers, initContainers: [container('50m', 'Always'), container('100m')] } })).toBe(350)
  expect(cpu({ spec: { containers, initContainers: [container('50m', 'Always'), container('1')] } })).toBe(1050)
  expect(cpu({ spec: { containers, initContainers: [container('1'), container('50m', 'Always')] } })).toBe(1000)
})

test('what the Pod asks for as a whole, and its overhead', () => {
  const containers = [container('100m')]
  expect(cpu({ spec: { containers, overhead: { cpu: '10m' } } })).toBe(110)
  expect(cpu({ spec: { containers, resources: { requests: { cpu: '2' } } } })).toBe(2000)
})

test('for the scores, a container that asks for nothing takes a little', () => {
  const pod = podNamed('p', { spec: { containers: [container(undefined), container('1')] } })
  expect(scoredRequestOf(pod)).toEqual({ cpu: 1100, memory: 2 * 200 * 1024 * 1024 })
  expect(requestOf(pod)).toEqual({ cpu: 1000 })
})
