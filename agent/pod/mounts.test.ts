import { expect, test } from 'vitest'
import type { Container, Pod, VolumeMount } from '../../api/schema/types.generated.ts'
import { ConfigError } from './env.ts'
import { wantedMounts } from './mounts.ts'

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'ns', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec: {
    containers: [],
    volumes: [
      { name: 'conf', configMap: { name: 'conf' } },
      { name: 'desk', emptyDir: {} },
    ],
  },
  status: {},
}
const mount = (more: Partial<VolumeMount>): VolumeMount => ({ name: 'conf', mountPath: '/x', ...more })
const mounted = (more: Partial<VolumeMount>) => {
  const container: Container = { name: 'c', resources: {}, volumeMounts: [mount(more)] }
  const variables = { HERE: 'a', EMPTY: '', UP: '../a', TOP: '/a' }
  return wantedMounts(pod, container, new Map(Object.entries(variables)))[0]
}

test.each([
  ['what the agent writes is only read', {}, { volume: 'conf', subPath: '', target: '/x', readOnly: true }],
  ['what is the containers’ own is written', { name: 'desk' }, { volume: 'desk', readOnly: false }],
  ['unless they ask not to', { name: 'desk', readOnly: true }, { readOnly: true }],
  ['a part of it', { subPath: 'k' }, { subPath: 'k' }],
  ['a part by a variable', { subPathExpr: '$(HERE)/$$(HERE)' }, { subPath: 'a/$(HERE)' }],
  ['a path from the root', { mountPath: 'x/y' }, { target: '/x/y' }],
])('[AG73] a mount: %s', (_, more, expected) => {
  expect(mounted(more)).toMatchObject(expected)
})

test.each([
  ['$(NOPE)-$(EMPTY)', 'missing value for EMPTY, NOPE'],
  ['$(UP)', "unable to provision SubPath `../a`: must not contain '..'"],
  ['$(TOP)', 'error SubPath `/a` must not be an absolute path'],
])('[AG73] a part %s of a volume is refused', (subPathExpr, message) => {
  expect(() => mounted({ subPathExpr })).toThrow(new ConfigError(message))
})
