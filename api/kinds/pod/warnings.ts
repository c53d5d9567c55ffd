import type { Path } from '../../meta/field-error.ts'
import { goQuote } from '../../meta/go-text.ts'
import { formatQuantity, milliValue } from '../../meta/quantity.ts'
import type { ObjectMeta } from '../../meta/object.ts'
import type {
  ContainerPort,
  PodAffinityTerm,
  PodSpec,
  ResourceRequirements,
  Volume,
} from '../../schema/types.generated.ts'
import { ipWarnings } from '../ip-warnings.ts'
import { quantityOf } from '../numbers.ts'
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

function fractional(of: Amounts, name: string, list: 'limits' | 'requests', at: Path): string[] {
  const text = of?.[list]?.[name]
  if (text === undefined || milliValue(quantityOf(text)) % 1000 === 0) return []
  const here = at.child('resources').child(list).key(name)
  const printed = goQuote(formatQuantity(quantityOf(text)))
  return [`${here}: fractional byte value ${printed} is invalid, must be an integer`]
}

/** `GetWarningsForPersistentVolumeClaimSpec`: of the claim whose spec stands at `at`. */
export const fractionalStorage = (of: Amounts, at: Path): string[] =>
  (['requests', 'limits'] as const).flatMap((list) => fractional(of, 'storage', list, at))

function resources({ resources: of }: AnyContainer, at: Path, warnings: string[]): void {
  for (const name of ['memory', 'ephemeral-storage']) {
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

function overlap(port: ContainerPort, other: ContainerPort): string | undefined {
  const [ip, otherIp] = [port.hostIP ?? '', other.hostIP ?? '']
  const [host, otherHost] = [port.hostPort ?? 0, other.hostPort ?? 0]
  if (ip === otherIp && host === otherHost) return 'duplicate'
  if (host === 0 || otherHost === 0) return 'overlapping'
  return host === otherHost && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined
}

function ports(spec: PodSpec, at: Path, warnings: string[]): void {
  const all = new Map<string, { at: Path; port: ContainerPort }[]>()
  visit(spec, at, (container, here) => {
    container.ports?.forEach((port, i) => {
      const own = here.child('ports').index(i)
      const key = `${port.containerPort}/${port.protocol}`
      const others = all.get(key) ?? []
      for (const other of others) {
        const how = overlap(port, other.port)
        if (how !== undefined) warnings.push(`${own}: ${how} port definition with ${other.at}`)
      }
      all.set(key, [...others, { at: own, port }])
    })
  })
  const names = new Map<string, Path>()
  visit(spec, at, (container, here) => {
    container.ports?.forEach(({ name = '' }, i) => {
      const [own, first] = [here.child('ports').index(i), names.get(name)]
      if (name === '') return
      if (first === undefined) names.set(name, own)
      else {
        const effect = `services and probes that select ports by name will use ${first}`
        warnings.push(`${own}: duplicate port name ${goQuote(name)} with ${first}, ${effect}`)
      }
    })
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

const SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod'

function annotations(of: Annotations, spec: PodSpec, at: Path, warnings: string[]): void {
  if (of?.[SECCOMP] === undefined || spec.securityContext?.seccompProfile !== undefined) return
  warnings.push(`${at.key(SECCOMP)}: non-functional in v1.27+; use the "seccompProfile" field instead`)
}

/** `at` is the path of the spec, `metaAt` that of its annotations. */
export function podSpecWarnings(spec: PodSpec, of: Annotations, at: Path, metaAt: Path): string[] {
  const warnings: string[] = []
  spec.topologySpreadConstraints?.forEach(({ labelSelector }, i) => {
    if (labelSelector !== undefined) return
    const here = at.child('topologySpreadConstraints').index(i).child('labelSelector')
    warnings.push(`${here}: a null labelSelector results in matching no pod`)
  })
  volumes(spec.volumes ?? [], at.child('volumes'), warnings)
  const aliases = spec.hostAliases ?? []
  duplicates(
    aliases.map(({ ip }) => ip),
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
  annotations(of, spec, metaAt, warnings)
  visit(spec, at, (container, here) => {
    resources(container, here, warnings)
    environment(container, here, warnings)
  })
  ports(spec, at, warnings)
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const why = 'must be >= 0; negative values are invalid and will be treated as 1'
    warnings.push(`${at.child('terminationGracePeriodSeconds')}: ${why}`)
  }
  affinity(spec, at, warnings)
  spec.dnsConfig?.nameservers?.forEach((ip, i) => {
    warnings.push(...ipWarnings(at.child('dnsConfig').child('nameservers').index(i), ip))
  })
  aliases.forEach(({ ip }, i) => warnings.push(...ipWarnings(at.child('hostAliases').index(i).child('ip'), ip)))
  return warnings
}
