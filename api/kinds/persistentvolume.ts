import { Path, type FieldError, forbidden, invalidValue } from '../meta/field-error.ts'
import { goJson } from '../meta/go-text.ts'
import { rfc3339 } from '../meta/time.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { PersistentVolume, PersistentVolumeSpec, VolumeNodeAffinity } from '../schema/types.generated.ts'
import { STORAGE_CLASS, attributesClassChanges } from './persistentvolumeclaim.ts'
import { declare } from './declare.ts'
import { internal } from './internal.ts'
import type { HookContext } from './kind.ts'
import { nodeTermWarnings } from './node-label-warnings.ts'
import { nodeSelector } from './pod/affinity.ts'
import { same } from './same.ts'
import { unifiedDiff } from './unified-diff.ts'
import { SOURCES } from './volume-sources.ts'
import { volumeSpecErrors } from './volume-spec.ts'

/** PersistentVolumes: pkg/registry/core/persistentvolume and pkg/apis/core/validation. */

const SPEC = Path.of('spec')
const ANNOTATIONS = Path.of('metadata').child('annotations')
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options'

/** The sources that take mount options out of an annotation: pkg/volume/validation. */
const MOUNTED: readonly (keyof PersistentVolumeSpec)[] = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'cinder',
  'cephfs',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
]

function mountOptionErrors({ metadata, spec }: PersistentVolume): FieldError[] {
  if (metadata.annotations?.[MOUNT_OPTIONS] === undefined || MOUNTED.some((field) => spec[field] !== undefined))
    return []
  return [forbidden(ANNOTATIONS.child(MOUNT_OPTIONS), 'may not specify mount options for this volume type')]
}

function hasBadLabelValue({ nodeAffinity }: PersistentVolumeSpec): boolean {
  const errors: FieldError[] = []
  if (nodeAffinity?.required !== undefined) nodeSelector(nodeAffinity.required, SPEC, errors)
  return errors.some(({ field }) => field.includes('.values['))
}

/** The source alone; a Secret for expansion may be added to a CSI volume that has none. */
function sourceOf(spec: PersistentVolumeSpec, old: PersistentVolumeSpec): object {
  const source = Object.fromEntries(
    SOURCES.flatMap((field) => (spec[field] === undefined ? [] : [[field, spec[field]]])),
  )
  if (spec.csi?.controllerExpandSecretRef === undefined || old.csi === undefined) return source
  if (old.csi.controllerExpandSecretRef !== undefined) return source
  const { controllerExpandSecretRef: _, ...csi } = spec.csi
  return { ...source, csi }
}

/** Labels of Nodes that may be renamed in an affinity, everything else staying as it is. */
const RENAMED: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
}

/** `validatePvNodeAffinity`: it may be set once, and then only take the new names of labels. */
function affinityChanges(now: VolumeNodeAffinity | undefined, old: VolumeNodeAffinity | undefined): FieldError[] {
  if (old === undefined) return []
  const after = now?.required?.nodeSelectorTerms ?? []
  const terms = old.required?.nodeSelectorTerms?.map((term, i) => ({
    ...term,
    matchExpressions: term.matchExpressions?.map((of, j) => {
      const renamed = RENAMED[of.key]
      return renamed !== undefined && after[i]?.matchExpressions?.[j]?.key === renamed ? { ...of, key: renamed } : of
    }),
  }))
  if (same(now, terms === undefined ? old : { required: { nodeSelectorTerms: terms } })) return []
  return [invalidValue('nodeAffinity', now === undefined ? null : internal('VolumeNodeAffinity', now), IMMUTABLE)]
}

function updateErrors(volume: PersistentVolume, old: PersistentVolume): FieldError[] {
  const { spec } = volume
  const whole = volumeSpecErrors(spec, SPEC, old.metadata.name, hasBadLabelValue(old.spec))
  // The strategy checks the object, and ValidatePersistentVolumeUpdate does so again.
  const errors = [...whole, ...mountOptionErrors(volume), ...whole]
  const [before, after] = [sourceOf(old.spec, old.spec), sourceOf(spec, old.spec)]
  if (!same(before, after)) {
    const printed = (source: object): string => goJson(internal('PersistentVolumeSource', source), 1)
    const diff = unifiedDiff(printed(before), printed(after))
    const why = `spec.persistentvolumesource is immutable after creation\n${diff}`
    errors.push(forbidden(SPEC.child('persistentvolumesource'), why))
  }
  if (spec.volumeMode !== old.spec.volumeMode) errors.push(invalidValue('volumeMode', spec.volumeMode, IMMUTABLE))
  errors.push(...affinityChanges(spec.nodeAffinity, old.spec.nodeAffinity))
  const [name, was] = [spec.volumeAttributesClassName, old.spec.volumeAttributesClassName]
  return name === undefined ? [...errors, ...attributesClassChanges(name, was)] : errors
}

function prepareUpdate(
  volume: PersistentVolume,
  old: PersistentVolume,
  { operation, now }: HookContext,
): PersistentVolume {
  const { status = {} } = volume
  if (operation !== 'status' || status.phase === old.status?.phase) return volume
  const at = status.lastPhaseTransitionTime
  if (at !== undefined && at !== old.status?.lastPhaseTransitionTime) return volume
  return { ...volume, status: { ...status, lastPhaseTransitionTime: rfc3339(now) } }
}

const GONE: readonly [field: keyof PersistentVolumeSpec, name: string, why: string][] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

/** `GetWarningsForPersistentVolume`. */
function warn({ metadata, spec }: PersistentVolume, _old?: PersistentVolume, operation?: string): string[] {
  if (operation === 'status') return []
  const terms = SPEC.child('nodeAffinity').child('required').child('nodeSelectorTerms')
  const annotated = (key: string, why: string): string[] =>
    metadata.annotations?.[key] === undefined ? [] : [`${ANNOTATIONS.key(key)}: ${why}`]
  return [
    ...annotated(STORAGE_CLASS, 'deprecated since v1.8; use "storageClassName" attribute instead'),
    ...annotated(MOUNT_OPTIONS, 'deprecated since v1.31; use "mountOptions" attribute instead'),
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. ' +
            'Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
    ...(spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap((term, i) =>
      nodeTermWarnings(term, terms.index(i)),
    ),
    ...GONE.flatMap(([field, name, why]) => (spec[field] === undefined ? [] : [`${SPEC.child(name)}: ${why}`])),
  ]
}

export const persistentvolumes = declare<PersistentVolume>('persistentvolumes', {
  prepareCreate: (volume, { now }) => ({
    ...volume,
    status: { phase: 'Pending', lastPhaseTransitionTime: rfc3339(now) },
  }),
  prepareUpdate,
  validate: (volume, { operation }) =>
    operation === 'create'
      ? [...volumeSpecErrors(volume.spec, SPEC, volume.metadata.name), ...mountOptionErrors(volume)]
      : [],
  validateUpdate: updateErrors,
  validateStatus: () => [],
  warn,
})
