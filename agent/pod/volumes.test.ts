import { expect, test } from 'vitest'
import type { ConfigMap, Pod } from '../../api/schema/types.generated.ts'
import { isWritten, NO_VOLUMES, afterMaking, volumesPrint } from './volumes.ts'
import type { Around } from './seen.ts'

const META = { namespace: 'ns', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' }
const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', resourceVersion: '1', ...META },
  spec: { containers: [], volumes: [{ name: 'v', configMap: { name: 'conf' } }] },
  status: {},
}
const around = (resourceVersion?: string): Around => {
  const object = (version: string): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'conf', resourceVersion: version, ...META },
  })
  return {
    node: { name: 'n1', address: '192.0.2.10', cpus: 4, memoryBytes: 2 ** 33, diskBytes: 2 ** 40 },
    api: { host: 'api.example', onMachine: '127.0.0.1', port: 8443 },
    configMaps: new Map(resourceVersion === undefined ? [] : [['conf', object(resourceVersion)]]),
    secrets: new Map(),
    unsupported: [],
  }
}

test('[AG74] what a volume shows is written again when it changes, and not when the Pod’s status does', () => {
  const print = volumesPrint(pod, around('1'))
  expect(volumesPrint({ ...pod, status: { phase: 'Running' } }, around('1'))).toBe(print)
  const other = [
    volumesPrint(pod, around('2')),
    volumesPrint(pod, around()),
    volumesPrint({ ...pod, metadata: { ...pod.metadata, labels: { a: 'b' } } }, around('1')),
    volumesPrint({ ...pod, metadata: { ...pod.metadata, annotations: { a: 'b' } } }, around('1')),
  ]
  expect(new Set([print, ...other]).size).toBe(5)
  expect(volumesPrint({ ...pod, spec: { containers: [] } }, around('1'))).toBe('')
})

test('[AG76] failures wait half a second, then twice as long each time, two minutes at most', () => {
  const made = { ready: false, renewAt: Infinity, failures: [{ isSilence: false }] }
  let seen = NO_VOLUMES
  const waits = Array.from({ length: 10 }, () => (seen = afterMaking(seen, 'p', made, 0)).failure?.backoff)
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 122_000, 122_000])
  expect(afterMaking(seen, 'p', { ready: true, renewAt: 7, failures: [] }, 0)).toEqual({
    ready: true,
    print: 'p',
    renewAt: 7,
    failure: undefined,
    cleared: false,
  })
})

test('[AG78] silence counts from its first moment, and only where nothing else is wrong', () => {
  const silent = { ready: false, renewAt: Infinity, failures: [{ isSilence: true }] }
  const first = afterMaking(NO_VOLUMES, 'p', silent, 1000)
  expect(afterMaking(first, 'p', silent, 9000).failure?.silentSince).toBe(1000)
  const both = { ...silent, failures: [{ isSilence: true }, { isSilence: false }] }
  expect(afterMaking(first, 'p', both, 9000).failure?.silentSince).toBeUndefined()
})

test('the agent writes what a volume of these kinds holds', () => {
  expect(isWritten({ name: 'v', projected: { sources: [] } })).toBe(true)
  expect(isWritten({ name: 'v', emptyDir: {} })).toBe(false)
})
