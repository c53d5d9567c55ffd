import { expect, test } from 'vitest'
import type { Resource } from './meta/object.ts'
import { referencesOf } from './references.ts'

test('[ND1] a Pod refers to what its volumes, environment and pull secrets name, in every kind of container', () => {
  const pod: Resource & { spec: object } = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'd', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
    spec: {
      imagePullSecrets: [{ name: 'pull' }],
      volumes: [
        { name: 'a', configMap: { name: 'volume-map' } },
        { name: 'b', secret: { secretName: 'volume-secret' } },
        { name: 'c', projected: { sources: [{ configMap: { name: 'p-map' } }, { secret: { name: 'p-secret' } }, {}] } },
        { name: 'd', emptyDir: {} },
      ],
      initContainers: [
        { name: 'i', envFrom: [{ configMapRef: { name: 'from-map' } }, { secretRef: { name: 'from-secret' } }] },
      ],
      containers: [
        {
          name: 'c',
          env: [
            { name: 'A', valueFrom: { configMapKeyRef: { name: 'env-map', key: 'k' } } },
            { name: 'B', valueFrom: { secretKeyRef: { name: 'env-secret', key: 'k', optional: true } } },
            { name: 'C', value: 'plain' },
          ],
        },
      ],
      ephemeralContainers: [{ name: 'e', envFrom: [{ secretRef: { name: 'env-secret' } }] }],
    },
  }
  const found = referencesOf(pod)
  expect([...found.configMaps].sort()).toEqual(['env-map', 'from-map', 'p-map', 'volume-map'])
  expect([...found.secrets].sort()).toEqual(['env-secret', 'from-secret', 'p-secret', 'pull', 'volume-secret'])
  expect(referencesOf({ ...pod, spec: {} } as Resource).secrets.size).toBe(0) // a Pod that names nothing
})
