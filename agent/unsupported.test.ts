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
    volumeMounts: [{ name: 'access', mountPath: '/a', readOnly: true, mountPropagation: 'None' }],
  }
  const volumes = [
    { name: 'access', projected: { sources: [{ serviceAccountToken: {} }, { configMap: {} }, { downwardAPI: {} }] } },
    { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    { name: 'work', emptyDir: {} },
    { name: 'hidden', secret: {} },
    { name: 'about', downwardAPI: {} },
  ]
  expect(unsupportedFields(pod({ volumes, ...container(plain), hostUsers: true, setHostnameAsFQDN: false }))).toEqual(
    [],
  )
})

test.each([
  [
    {
      volumes: [
        { name: 'a', emptyDir: { medium: 'HugePages' } },
        { name: 'b', nfs: {} },
        { name: 'c', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'd', projected: { sources: [{ configMap: {} }, { clusterTrustBundle: {} }, { podCertificate: {} }] } },
      ],
    },
    [
      'spec.volumes[0].emptyDir.medium',
      'spec.volumes[1].nfs',
      'spec.volumes[2].emptyDir.sizeLimit',
      'spec.volumes[3].projected.sources[1].clusterTrustBundle',
      'spec.volumes[3].projected.sources[2].podCertificate',
    ],
  ],
  [
    {
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'b', configMap: {} },
      ],
      ...container({
        volumeMounts: [
          { name: 'a', subPath: 'x' },
          { name: 'a', subPathExpr: '$(X)' },
          { name: 'b', subPath: 'x', mountPropagation: 'HostToContainer', recursiveReadOnly: 'Enabled' },
        ],
      }),
    },
    [
      'spec.containers[0].volumeMounts[0].subPath',
      'spec.containers[0].volumeMounts[1].subPathExpr',
      'spec.containers[0].volumeMounts[2].mountPropagation',
      'spec.containers[0].volumeMounts[2].recursiveReadOnly',
    ],
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
