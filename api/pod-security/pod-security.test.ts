import { expect, test } from 'vitest'
import type { PodLike } from './check.ts'
import { detailsOf, violations } from './evaluate.ts'
import { type Level, policyOf, textOf, type Version } from './policy.ts'
import { formatFieldError } from '../meta/field-error.ts'

/** Keeps to everything that any version of `restricted` asks. */
const GOOD = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
}
const c = (securityContext: object = {}, more: object = {}) => ({
  name: 'c',
  image: 'i',
  securityContext: { ...GOOD, ...securityContext },
  ...more,
})
const podOf = (spec: object, annotations: Record<string, string> = {}): PodLike =>
  ({ metadata: { annotations }, spec: { containers: [c()], ...spec } }) as unknown as PodLike
const judged = (pod: PodLike, level: Level, version: Version = 'latest'): string =>
  detailsOf(violations(pod, { level, version }))

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/c'
const SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod'
const probe = { httpGet: { host: '1.2.3.4', port: 80 } }

test.each<[PodLike, string]>([
  [podOf({ hostNetwork: true, hostIPC: true }), 'host namespaces (hostNetwork=true, hostIPC=true)'],
  [
    podOf({ containers: [c({ privileged: true })] }),
    'privileged (container "c" must not set securityContext.privileged=true)',
  ],
  [
    podOf({ containers: [c({ capabilities: { add: ['SYS_TIME', 'CHOWN', 'NET_ADMIN'] } })] }),
    'non-default capabilities (container "c" must not include "NET_ADMIN", "SYS_TIME" in securityContext.capabilities.add)',
  ],
  [
    podOf({
      volumes: [
        { name: 'a', hostPath: { path: '/' } },
        { name: 'b', hostPath: { path: '/' } },
      ],
    }),
    'hostPath volumes (volumes "a", "b")',
  ],
  [
    podOf({
      containers: [
        c({}, { ports: [{ hostPort: 9 }, { hostPort: 80 }] }),
        { ...c(), name: 'd', ports: [{ hostPort: 9 }] },
      ],
    }),
    'hostPort (containers "c", "d" use hostPorts 80, 9)',
  ],
  [
    podOf({ containers: [c({}, { livenessProbe: probe })] }),
    'probe or lifecycle host (container "c" uses probe or lifecycle host "1.2.3.4")',
  ],
  [
    podOf({ containers: [c({ procMount: 'Unmasked' })] }),
    'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    podOf({
      securityContext: { seLinuxOptions: { type: 'x', user: 'u' } },
      containers: [c({ seLinuxOptions: { role: 'r' } })],
    }),
    'seLinuxOptions (pod and container "c" set forbidden securityContext.seLinuxOptions: type "x"; user may not be set; role may not be set)',
  ],
  [
    podOf({ containers: [c({ seccompProfile: { type: 'Unconfined' } })] }),
    'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    podOf({ securityContext: { sysctls: [{ name: 'a.b' }, { name: 'net.ipv4.tcp_rmem' }] } }),
    'forbidden sysctls (a.b)',
  ],
  [
    podOf({ securityContext: { windowsOptions: { hostProcess: true } } }),
    'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
  ],
  [
    podOf({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }, { [APPARMOR]: 'unconfined' }),
    `forbidden AppArmor profiles (pod and annotation must not set AppArmor profile type to "Unconfined", "${APPARMOR}="unconfined"")`,
  ],
  [podOf({}, { [APPARMOR]: 'localhost/x' }), ''],
])('[AP190] baseline forbids what reaches beyond the Pod: %#', (pod, text) => {
  expect(judged(pod, 'baseline')).toBe(text)
  expect(judged(pod, 'privileged')).toBe('')
})

test.each<[PodLike, string]>([
  [podOf({}), ''],
  [
    podOf({
      containers: [
        { name: 'c', image: 'i' },
        { name: 'd', image: 'i' },
      ],
    }),
    'allowPrivilegeEscalation != false (containers "c", "d" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (containers "c", "d" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or containers "c", "d" must set securityContext.runAsNonRoot=true), seccompProfile (pod or containers "c", "d" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ],
  [
    podOf({ containers: [c({ capabilities: { drop: ['X'], add: ['CHOWN', 'NET_BIND_SERVICE'] } })] }),
    'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]; container "c" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  [
    podOf({
      volumes: [
        { name: 'a', hostPath: { path: '/' } },
        { name: 'b', nfs: {} },
        { name: 'c', emptyDir: {} },
        { name: 'd' },
      ],
    }),
    'restricted volume types (volumes "a", "b", "d" use restricted volume types "hostPath", "nfs", "unknown")',
  ],
  [
    podOf({ securityContext: { runAsNonRoot: false }, containers: [c({ runAsNonRoot: false })] }),
    'runAsNonRoot != true (pod and container "c" must not set securityContext.runAsNonRoot=false)',
  ],
  [podOf({ securityContext: { runAsUser: 0 } }), 'runAsUser=0 (pod must not set runAsUser=0)'],
  [
    podOf({ securityContext: { seccompProfile: { type: 'Unconfined' } } }),
    'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
])('[AP190] restricted asks for what a Pod can do without: %#', (pod, text) => {
  expect(judged(pod, 'restricted')).toBe(text)
})

const plain = { containers: [{ name: 'c', image: 'i' }] }
const hostUsers = false
test.each<[string, PodLike, Level, Version, string]>([
  ['drop ALL since 1.22', podOf({ containers: [c({ capabilities: undefined })] }), 'restricted', 21, ''],
  ['escalation since 1.8', podOf({ containers: [c({ allowPrivilegeEscalation: true })] }), 'restricted', 7, ''],
  ['runAsUser since 1.23', podOf({ securityContext: { runAsUser: 0 } }), 'restricted', 22, ''],
  [
    'seccomp by annotation before 1.19',
    podOf({}, { [SECCOMP]: 'unconfined' }),
    'baseline',
    18,
    `seccompProfile (forbidden annotation ${SECCOMP}="unconfined")`,
  ],
  ['seccomp by annotation no more', podOf({}, { [SECCOMP]: 'unconfined' }), 'baseline', 19, ''],
  [
    'a sysctl of 1.32',
    podOf({ securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }] } }),
    'baseline',
    31,
    'forbidden sysctls (net.ipv4.tcp_rmem)',
  ],
  [
    'a SELinux type of 1.31',
    podOf({ securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }),
    'baseline',
    30,
    'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "container_engine_t")',
  ],
  ['probed hosts since 1.34', podOf({ containers: [c({}, { livenessProbe: probe })] }), 'baseline', 33, ''],
  ['user namespaces since 1.35', podOf({ hostUsers, securityContext: { runAsUser: 0 } }), 'restricted', 35, ''],
  [
    'user namespaces before',
    podOf({ hostUsers, securityContext: { runAsUser: 0 } }),
    'restricted',
    34,
    'runAsUser=0 (pod must not set runAsUser=0)',
  ],
  [
    'Windows since 1.25',
    podOf({ ...plain, os: { name: 'windows' } }),
    'restricted',
    'latest',
    'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
  ],
  ['a version that is not out yet', podOf({ hostPID: true }), 'baseline', 99, 'host namespaces (hostPID=true)'],
])('[AP191] a version asks what it asked when it came out: %s', (_what, pod, level, version, text) => {
  expect(judged(pod, level, version)).toBe(text)
})

const at = (label: string): string => `pod-security.kubernetes.io/${label}`
test.each<[Record<string, string>, [string, string, string], string[]]>([
  [{}, ['privileged:latest', 'privileged:latest', 'privileged:latest'], []],
  [{ enforce: 'baseline' }, ['baseline:latest', 'privileged:latest', 'baseline:latest'], []],
  [
    { enforce: 'restricted', 'enforce-version': 'v1.24' },
    ['restricted:v1.24', 'privileged:latest', 'restricted:v1.24'],
    [],
  ],
  [
    { enforce: 'baseline', warn: 'restricted', 'warn-version': 'v1.30', audit: 'baseline' },
    ['baseline:latest', 'baseline:latest', 'restricted:v1.30'],
    [],
  ],
  [
    { enforce: 'nope', audit: 'nope', 'warn-version': '1.2' },
    ['restricted:latest', 'privileged:latest', 'privileged:latest'],
    [
      `metadata.labels[${at('enforce')}]: Invalid value: "nope": must be one of privileged, baseline, restricted`,
      `metadata.labels[${at('audit')}]: Invalid value: "nope": must be one of privileged, baseline, restricted`,
      `metadata.labels[${at('warn-version')}]: Invalid value: "1.2": must be "latest" or "v1.x"`,
    ],
  ],
])('[AP192] labels say what is enforced, audited and warned of: %o', (labels, texts, wrong) => {
  const { policy, errors } = policyOf(
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [at(key), value])),
  )
  expect([policy.enforce, policy.audit, policy.warn].map(textOf)).toEqual(texts)
  expect(errors.map(formatFieldError)).toEqual(wrong)
})
