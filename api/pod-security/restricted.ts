import type { Volume } from '../schema/types.generated.ts'
import { procMount } from './baseline.ts'
import {
  type AnyContainer,
  type Check,
  containersOf,
  type Look,
  named,
  plural,
  type PodLike,
  quoted,
  settersOf,
  sorted,
  unlessUserNamespace,
  unlessWindows,
} from './check.ts'
import { seccompRestricted } from './seccomp.ts'

/** What the level `restricted` asks beyond `baseline`, in the order of the checks' names. */

function allowPrivilegeEscalation(pod: PodLike): ReturnType<Look> {
  const bad = containersOf(pod).filter(({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false)
  if (bad.length === 0) return undefined
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  }
}

function capabilities(pod: PodLike): ReturnType<Look> {
  const added = ({ securityContext }: AnyContainer): string[] =>
    (securityContext?.capabilities?.add ?? []).filter((one) => one !== 'NET_BIND_SERVICE')
  const keeping = containersOf(pod).filter(
    ({ securityContext }) => !(securityContext?.capabilities?.drop ?? []).includes('ALL'),
  )
  const adding = containersOf(pod).filter((container) => added(container).length > 0)
  const details = [
    ...(keeping.length === 0 ? [] : [`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`]),
    ...(adding.length === 0
      ? []
      : [
          `${named(adding)} must not include ${quoted(sorted(adding.flatMap(added)))} in securityContext.capabilities.add`,
        ]),
  ]
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

const VOLUMES: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]
/** In the order in which Kubernetes looks for what a volume is. */
const OTHERS: readonly (keyof Volume)[] = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
]

function volumes({ spec }: PodLike): ReturnType<Look> {
  const bad = (spec.volumes ?? []).filter((volume) => VOLUMES.every((type) => volume[type] === undefined))
  if (bad.length === 0) return undefined
  const types = sorted(bad.map((volume) => OTHERS.find((type) => volume[type] !== undefined) ?? 'unknown'))
  const who = `${plural('volume', 'volumes', bad.length)} ${quoted(bad.map(({ name }) => name))}`
  const what = plural('restricted volume type', 'restricted volume types', types.length)
  return {
    reason: 'restricted volume types',
    detail: `${who} ${plural('uses', 'use', bad.length)} ${what} ${quoted(types)}`,
  }
}

function runAsNonRoot(pod: PodLike): ReturnType<Look> {
  const reason = 'runAsNonRoot != true'
  const setters = settersOf(pod, (context) => context.runAsNonRoot === false)
  if (setters !== '') return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` }
  if (pod.spec.securityContext?.runAsNonRoot === true) return undefined
  const bad = containersOf(pod).filter(({ securityContext }) => securityContext?.runAsNonRoot !== true)
  if (bad.length === 0) return undefined
  return { reason, detail: `pod or ${named(bad)} must set securityContext.runAsNonRoot=true` }
}

function runAsUser(pod: PodLike): ReturnType<Look> {
  const setters = settersOf(pod, (context) => context.runAsUser === 0)
  return setters === '' ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` }
}

const check = (id: string, versions: Check['versions'], instead?: string): Check => ({
  id,
  level: 'restricted',
  versions,
  ...(instead === undefined ? {} : { instead }),
})

export const RESTRICTED: readonly Check[] = [
  check('allowPrivilegeEscalation', { 8: allowPrivilegeEscalation, 25: unlessWindows(allowPrivilegeEscalation) }),
  check('capabilities_restricted', { 22: capabilities, 25: unlessWindows(capabilities) }, 'capabilities_baseline'),
  check('procMount_restricted', { 35: procMount }, 'procMount'),
  check('restrictedVolumes', { 0: volumes }, 'hostPathVolumes'),
  check('runAsNonRoot', { 0: runAsNonRoot, 35: unlessUserNamespace(runAsNonRoot) }),
  check('runAsUser', { 23: runAsUser, 35: unlessUserNamespace(runAsUser) }),
  check(
    'seccompProfile_restricted',
    { 19: seccompRestricted, 25: unlessWindows(seccompRestricted) },
    'seccompProfile_baseline',
  ),
]
