import type { Path } from '../../meta/field-error.ts'
import { goQuote } from '../../meta/go-text.ts'
import { formatQuantity, milliValue } from '../../meta/quantity.ts'
import type { ObjectMeta } from '../../meta/object.ts'
import type { PodAffinityTerm, PodSpec, ResourceRequirements, Volume } from '../../schema/types.generated.ts'
import { ipWarnings } from '../ip-warnings.ts'
import { nodeLabelMessage, nodeTermWarnings } from '../node-label-warnings.ts'
import { quantityOf } from '../numbers.ts'
import { APP_ARMOR, armorWarning } from './app-armor.ts'
import { overlapWarnings } from './overlaps.ts'
import { portWarnings } from './port-warnings.ts'
import { type AnyContainer, visit } from './visit.ts'

/** What is accepted but probably not meant: `warningsForPodSpecAndMeta` of pkg/api/pod/warnings.go. */

type Annotations = ObjectMeta['annotations']

const GONE: Readonly<Partial<Record<keyof Volume, string>>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
}

function volumes(list: readonly Volume[], at: Path, warnings: string[]): void {
  list.forEach((volume, i) => {
    for (const [field, why] of Object.entries(GONE)) {
      if (volume[field as keyof Volume] === undefined) continue // the keys of GONE are fields of a Volume
      warnings.push(`${at.index(i).child(field === 'storageos' ? 'storageOS' : field)}: ${why}`)
    }
    const claim = volume.ephemeral?.volumeClaimTemplate
    if (claim === undefined) return
    const here = at.index(i).child('ephemeral').child('volumeClaimTemplate').child('spec')
    warnings.push(...fractionalStorage(claim.spec?.resources, here))
  })
}

function duplicates(values: readonly string[], say: (value: string, i: number) => void): void {
  const seen = new Set<string>()
  values.forEach((value, i) => {
    if (seen.has(value)) say(value, i)
    seen.add(value)
  })
}

type Amounts = Pick<ResourceRequirements, 'limits' | 'requests'> | undefined

function fractionalAmount(text: string | undefined, at: () => Path): string[] {
  if (text === undefined || milliValue(quantityOf(text)) % 1000 === 0) return []
  const printed = goQuote(formatQuantity(quantityOf(text)))
  return [`${at()}: fractional byte value ${printed} is invalid, must be an integer`]
}

const fractional = (of: Amounts, name: string, list: 'limits' | 'requests', at: Path): string[] =>
  fractionalAmount(of?.[list]?.[name], () => at.child('resources').child(list).key(name))

/** `GetWarningsForPersistentVolumeClaimSpec`: of the claim whose spec stands at `at`. */
export const fractionalStorage = (of: Amounts, at: Path): string[] =>
  (['requests', 'limits'] as const).flatMap((list) => fractional(of, 'storage', list, at))

const BYTES = ['memory', 'ephemeral-storage']

function resources({ resources: of }: AnyContainer, at: Path, warnings: string[]): void {
  for (const name of BYTES) {
    for (const list of ['limits', 'requests'] as const) warnings.push(...fractional(of, name, list, at))
  }
}

function environment({ env = [] }: AnyContainer, at: Path, warnings: string[]): void {
  const seen = new Set<string>()
  env.forEach(({ name, value = '', valueFrom }, i) => {
    const ref = `$(${name})`
    // A later definition that adds to the earlier one is meant.
    const adds = valueFrom === undefined && value !== ref && value.includes(ref)
    if (seen.has(name) && !adds) {
      warnings.push(
        `${at.child('env').index(i)}: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`,
      )
    }
    seen.add(name)
  })
}

const HARD = 'requiredDuringSchedulingIgnoredDuringExecution'
const SOFT = 'preferredDuringSchedulingIgnoredDuringExecution'

function term(of: PodAffinityTerm | undefined, at: Path, warnings: string[]): void {
  if (of?.labelSelector !== undefined) return
  warnings.push(`${at.child('labelSelector')}: a null labelSelector results in matching no pod`)
}

function affinity(spec: PodSpec, at: Path, warnings: string[]): void {
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const of = spec.affinity?.[kind]
    const here = at.child('affinity').child(kind)
    of?.[HARD]?.forEach((one, i) => term(one, here.child(HARD).index(i), warnings))
    of?.[SOFT]?.forEach((one, i) =>
      term(one.podAffinityTerm, here.child(SOFT).index(i).child('podAffinityTerm'), warnings),
    )
  }
}

/** Labels of Nodes that have newer names, and values that no label can have. */
function nodes({ nodeSelector, affinity: of }: PodSpec, at: Path, warnings: string[]): void {
  for (const key of Object.keys(nodeSelector ?? {})) {
    const message = nodeLabelMessage(key)
    if (message !== undefined) warnings.push(`${at.child('nodeSelector').key(key)}: ${message}`)
  }
  const here = at.child('affinity').child('nodeAffinity')
  of?.nodeAffinity?.[HARD]?.nodeSelectorTerms?.forEach((one, i) =>
    warnings.push(...nodeTermWarnings(one, here.child(HARD).child('nodeSelectorTerms').index(i))),
  )
  of?.nodeAffinity?.[SOFT]?.forEach(({ preference }, i) =>
    warnings.push(...nodeTermWarnings(preference ?? {}, here.child(SOFT).index(i).child('preference'), true)),
  )
}

function spread(spec: PodSpec, at: Path, warnings: string[]): void {
  spec.topologySpreadConstraints?.forEach(({ labelSelector, topologyKey }, i) => {
    const here = at.child('topologySpreadConstraints').index(i)
    const message = nodeLabelMessage(topologyKey)
    if (message !== undefined) warnings.push(`${here.child('topologyKey')}: ${topologyKey} is ${message}`)
    if (labelSelector !== undefined) return
    warnings.push(`${here.child('labelSelector')}: a null labelSelector results in matching no pod`)
  })
}

const DEAD: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}
const SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod'
const NO_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead'

function deadAnnotations(of: Annotations, at: Path, warnings: string[]): void {
  if (of === undefined) return
  for (const [key, why] of Object.entries(DEAD)) if (of[key] !== undefined) warnings.push(`${at.key(key)}: ${why}`)
}

/** Old annotations of a container whose field says nothing. Those of Pods are dealt with when the Pod is prepared. */
function profiles({ name, securityContext }: AnyContainer, { meta, spec, isTemplate }: Around, out: string[]): void {
  if (meta.annotations === undefined) return
  const seccomp = `container.${SECCOMP.replace(/pod$/, '')}${name}`
  if (meta.annotations[seccomp] !== undefined && securityContext?.seccompProfile === undefined) {
    out.push(`${meta.at.key(seccomp)}: ${NO_SECCOMP}`)
  }
  const profile = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile
  const armor = APP_ARMOR + name
  if (!isTemplate || profile !== undefined || meta.annotations[armor] === undefined) return
  out.push(armorWarning(armor, meta.at))
}

interface Around {
  readonly spec: PodSpec
  readonly meta: { readonly annotations: Annotations; readonly at: Path }
  readonly isTemplate: boolean
}

function names(spec: PodSpec, at: Path, warnings: string[]): void {
  duplicates(
    (spec.hostAliases ?? []).map(({ ip }) => ip),
    (ip, i) => {
      warnings.push(`${at.child('hostAliases').index(i).child('ip')}: duplicate ip ${goQuote(ip)}`)
    },
  )
  const secrets = (spec.imagePullSecrets ?? []).map(({ name = '' }) => name)
  const secretAt = (i: number): Path => at.child('imagePullSecrets').index(i).child('name')
  duplicates(secrets, (name, i) => warnings.push(`${secretAt(i)}: duplicate name ${goQuote(name)}`))
  secrets.forEach((name, i) => {
    if (name === '') warnings.push(`${secretAt(i)}: invalid empty name ""`)
  })
}

/** `at` is the path of the spec, `metaAt` that of its annotations; `isTemplate`: not a Pod's own spec. */
export function podSpecWarnings(spec: PodSpec, of: Annotations, at: Path, metaAt: Path, isTemplate = false): string[] {
  const warnings: string[] = []
  nodes(spec, at, warnings)
  spread(spec, at, warnings)
  deadAnnotations(of, metaAt, warnings)
  if (spec.volumes !== undefined) {
    volumes(spec.volumes, at.child('volumes'), warnings)
    warnings.push(...overlapWarnings(spec.volumes))
  }
  names(spec, at, warnings)
  if (spec.overhead !== undefined) {
    for (const name of BYTES) {
      warnings.push(...fractionalAmount(spec.overhead[name], () => at.child('overhead').key(name)))
    }
  }
  if (of?.[SECCOMP] !== undefined && spec.securityContext?.seccompProfile === undefined) {
    warnings.push(`${metaAt.key(SECCOMP)}: ${NO_SECCOMP}`)
  }
  visit(spec, at, (container, here) => {
    profiles(container, { spec, meta: { annotations: of, at: metaAt }, isTemplate }, warnings)
    resources(container, here, warnings)
    environment(container, here, warnings)
  })
  portWarnings(spec, at, warnings)
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const why = 'must be >= 0; negative values are invalid and will be treated as 1'
    warnings.push(`${at.child('terminationGracePeriodSeconds')}: ${why}`)
  }
  affinity(spec, at, warnings)
  spec.dnsConfig?.nameservers?.forEach((ip, i) => {
    warnings.push(...ipWarnings(at.child('dnsConfig').child('nameservers').index(i), ip))
  })
  spec.hostAliases?.forEach(({ ip }, i) =>
    warnings.push(...ipWarnings(at.child('hostAliases').index(i).child('ip'), ip)),
  )
  return warnings
}
