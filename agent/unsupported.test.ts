import { expect, test } from 'vitest'
import type { Resource } from '../api/meta/object.ts'
import { unsupportedFields } from './unsupported.ts'

const pod = (spec: object): Resource & { spec: object } => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec: { containers: [{ name: 'c', resources: {} }], ...spec },
})
const container = (rest: object) => ({ containers: [{ name: 'c', resources: {}, ...rest }] })

test('[AG52] a plain Pod has nothing that cannot be honoured', () => {
  const plain = {
    image: 'nginx',
    ports: [{ containerPort: 80 }],
    livenessProbe: { httpGet: { port: 80 } },
    env: [{ name: 'A', value: 'b' }],
  }
  expect(unsupportedFields(pod({ ...container(plain), hostUsers: true, setHostnameAsFQDN: false }))).toEqual([])
})

test.each([
  [
    {
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'b', nfs: {} },
      ],
    },
    ['spec.volumes[0].emptyDir', 'spec.volumes[1].nfs'],
  ],
  [
    { initContainers: [{ name: 'i', resources: {}, restartPolicy: 'Always' }] },
    ['spec.initContainers[0].restartPolicy'],
  ],
  [
    container({ ports: [{ containerPort: 1 }, { containerPort: 2, hostPort: 80 }] }),
    ['spec.containers[0].ports[1].hostPort'],
  ],
  [container({ lifecycle: { preStop: {} } }), ['spec.containers[0].lifecycle']],
  [container({ readinessProbe: { grpc: { port: 1 } } }), ['spec.containers[0].readinessProbe.grpc']],
  [
    container({ env: [{ name: 'A', valueFrom: { fileKeyRef: {} } }] }),
    ['spec.containers[0].env[0].valueFrom.fileKeyRef'],
  ],
  [
    { os: { name: 'windows' }, hostUsers: false, runtimeClassName: 'kata' },
    ['spec.os.name', 'spec.hostUsers', 'spec.runtimeClassName'],
  ],
])('[AG52] %j is named', (spec, fields) => {
  expect(unsupportedFields(pod(spec))).toEqual(fields)
})
