import { Path, type FieldError, duplicate, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { cidrErrors, ipErrors, parseIp } from '../meta/ip.ts'
import type { Service, ServiceSpec } from '../schema/types.generated.ts'
import { endpointIpErrors } from './endpoint-ips.ts'
import { isHeadless } from './service-type.ts'

/** The rules of a Service's addresses: pkg/apis/core/validation. */

const SPEC = Path.of('spec')
const IPS = SPEC.child('clusterIPs')
const FAMILIES = ['IPv4', 'IPv6']
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']

/** What an object had before is not judged again. */
const known = (old: readonly string[] | undefined, value: string): boolean => old?.includes(value) === true

function pairErrors({ clusterIP, clusterIPs = [] }: ServiceSpec): FieldError[] {
  if (!clusterIP) {
    const why = 'must be empty when `clusterIP` is not specified'
    return clusterIPs.length === 0 ? [] : [invalidValue(IPS, clusterIPs, why)]
  }
  if (clusterIPs.length === 0) return [required(IPS)]
  return clusterIPs[0] === clusterIP ? [] : [invalidValue(IPS, clusterIPs, 'first value must match `clusterIP`')]
}

function familyErrors({ ipFamilies = [], ipFamilyPolicy }: ServiceSpec): FieldError[] {
  const at = SPEC.child('ipFamilies')
  const errors = ipFamilies.flatMap((family, i) => [
    ...(FAMILIES.includes(family) ? [] : [notSupported(at.index(i), family, FAMILIES)]),
    ...(ipFamilies.indexOf(family) < i ? [duplicate(at.index(i), family)] : []),
  ])
  if (ipFamilyPolicy !== undefined && !POLICIES.includes(ipFamilyPolicy)) {
    errors.push(notSupported(SPEC.child('ipFamilyPolicy'), ipFamilyPolicy, POLICIES))
  }
  return errors
}

/** `ValidateServiceClusterIPsRelatedFields`. */
export function clusterIpErrors(spec: ServiceSpec, old: ServiceSpec | undefined): FieldError[] {
  if (spec.type === 'ExternalName') return []
  const { clusterIPs = [], ipFamilies = [] } = spec
  const errors = [...pairErrors(spec), ...familyErrors(spec)]
  const wrong = clusterIPs.flatMap((ip, i) => {
    if (i === 0 && ip === 'None') {
      return clusterIPs.length > 1 ? [invalidValue(IPS, clusterIPs, "'None' must be the first and only value")] : []
    }
    return known(old?.clusterIPs, ip) ? [] : ipErrors(IPS.index(i), ip)
  })
  errors.push(...wrong)
  if (clusterIPs.length > 2) errors.push(invalidValue(IPS, clusterIPs, 'may only hold up to 2 values'))
  if (wrong.length > 0) return errors
  const versions = clusterIPs.map((ip) => parseIp(ip)?.version)
  if (clusterIPs.length > 1 && new Set(versions).size < 2) {
    errors.push(invalidValue(IPS, clusterIPs, 'may specify no more than one IP for each IP family'))
  }
  if (isHeadless(spec)) return errors
  versions.forEach((version, i) => {
    const family = ipFamilies[i]
    if (family === undefined || !FAMILIES.includes(family) || family === `IPv${version}`) return
    errors.push(
      invalidValue(IPS.index(i), clusterIPs[i], `expected an ${family} value as indicated by \`ipFamilies[${i}]\``),
    )
  })
  return errors
}

const SET_ONCE = 'may not change once set'

/** `validateUpgradeDowngradeClusterIPs`. */
export function clusterIpChanges(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return []
  if (isHeadless(old) && isHeadless(spec)) return []
  const [after, before] = [spec.clusterIPs ?? [], old.clusterIPs ?? []]
  const changedAt = (i: number): FieldError => invalidValue(IPS.index(i), after, SET_ONCE)
  if (after.length === before.length) return before.flatMap((ip, i) => (ip === after[i] ? [] : [changedAt(i)]))
  const errors: FieldError[] = []
  if (after.length === 0) errors.push(invalidValue(IPS.index(0), spec.clusterIPs, 'primary clusterIP can not be unset'))
  if (before.length > 0 && after.length > 0 && after[0] !== before[0]) errors.push(changedAt(0))
  if (before.length > after.length && after.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const why = "must be set to 'SingleStack' when releasing the secondary clusterIP"
    errors.push(invalidValue(SPEC.child('ipFamilyPolicy'), spec.ipFamilyPolicy, why))
  }
  return errors
}

/** `validateUpgradeDowngradeIPFamilies`. */
export function familyChanges(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName' || isHeadless(spec) || isHeadless(old)) return []
  const at = SPEC.child('ipFamilies').index(0)
  const [after, before] = [spec.ipFamilies ?? [], old.ipFamilies ?? []]
  if (after.length === before.length) {
    return before.flatMap((family, i) => (family === after[i] ? [] : [invalidValue(at, after, SET_ONCE)]))
  }
  const errors: FieldError[] = []
  if (before.length > after.length && (spec.clusterIPs ?? []).length === 0) {
    errors.push(invalidValue(at, spec.ipFamilies, 'primary ipFamily can not be unset'))
  }
  if (before.length > 0 && after.length > 0 && after[0] !== before[0]) {
    errors.push(invalidValue(at, spec.clusterIPs, SET_ONCE))
  }
  if (before.length > after.length && after.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const why = "must be set to 'SingleStack' when releasing the secondary ipFamily"
    errors.push(invalidValue(SPEC.child('ipFamilyPolicy'), spec.ipFamilyPolicy, why))
  }
  return errors
}

export const externalIpErrors = (spec: ServiceSpec, old: ServiceSpec | undefined): FieldError[] =>
  (spec.externalIPs ?? []).flatMap((ip, i) => {
    const at = SPEC.child('externalIPs').index(i)
    const errors = known(old?.externalIPs, ip) ? [] : ipErrors(at, ip)
    return errors.length > 0 ? errors : endpointIpErrors(at, ip)
  })

const RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'

/** Source ranges of a load balancer; before the field there was an annotation. Kubernetes misspells the path. */
export function sourceRangeErrors(service: Service, old: Service | undefined): FieldError[] {
  const { loadBalancerSourceRanges: ranges = [], type } = service.spec
  const only = "may only be used when `type` is 'LoadBalancer'"
  const wrongType = (at: Path): FieldError[] =>
    type === 'LoadBalancer' ? [] : [{ type: 'Forbidden', field: at.toString(), detail: only }]
  if (ranges.length > 0) {
    const at = SPEC.child('LoadBalancerSourceRanges')
    const before = old?.spec.loadBalancerSourceRanges?.map((range) => range.trim())
    const errors = ranges.flatMap((range, i) =>
      known(before, range.trim()) ? [] : cidrErrors(at.index(i), range.trim()),
    )
    return [...wrongType(at), ...errors]
  }
  const text = service.metadata.annotations?.[RANGES]
  if (text === undefined) return []
  const at = Path.of('metadata').child('annotations').key(RANGES)
  if (old?.metadata.annotations?.[RANGES] === text || text.trim() === '') return wrongType(at)
  return [...wrongType(at), ...text.split(',').flatMap((range) => cidrErrors(at, range.trim()))]
}
