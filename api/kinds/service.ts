import { Path } from '../meta/field-error.ts'
import { labelName } from '../meta/names.ts'
import type { Service } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { cidrWarnings, ipWarnings } from './ip-warnings.ts'
import { addressObjects } from './service-addresses.ts'
import { allocate } from './service-allocation.ts'
import { prepareCreate, prepareUpdate } from './service-prepare.ts'
import { isHeadless } from './service-type.ts'
import { serviceErrors, serviceStatusErrors, serviceUpdateErrors } from './service-validation.ts'

const SPEC = Path.of('spec')
const HINTS = 'service.kubernetes.io/topology-aware-hints'

/** `GetWarningsForService` of pkg/api/service. */
function warn({ metadata, spec }: Service): string[] {
  const { externalIPs = [], clusterIPs = [], loadBalancerSourceRanges = [], type } = spec
  const headless = isHeadless(spec)
  const warnings: string[] = []
  const say = (when: boolean, text: string): void => void (when && warnings.push(text))
  say(
    metadata.annotations?.[HINTS] !== undefined,
    `annotation ${HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`,
  )
  if (!headless) warnings.push(...clusterIPs.flatMap((ip, i) => ipWarnings(SPEC.child('clusterIPs').index(i), ip)))
  say(headless && Boolean(spec.loadBalancerIP), 'spec.loadBalancerIP is ignored for headless services')
  say(headless && externalIPs.length > 0, 'spec.externalIPs is ignored for headless services')
  say(headless && spec.sessionAffinity !== 'None', 'spec.SessionAffinity is ignored for headless services')
  warnings.push(...externalIPs.flatMap((ip, i) => ipWarnings(SPEC.child('externalIPs').index(i), ip)))
  say(
    externalIPs.length > 0 && !headless && type !== 'ExternalName',
    'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
  )
  if (spec.loadBalancerIP) warnings.push(...ipWarnings(SPEC.child('loadBalancerIP'), spec.loadBalancerIP))
  loadBalancerSourceRanges.forEach((range, i) =>
    warnings.push(...cidrWarnings(SPEC.child('loadBalancerSourceRanges').index(i), range)),
  )
  say(type === 'ExternalName' && externalIPs.length > 0, 'spec.externalIPs is ignored when spec.type is "ExternalName"')
  say(
    type !== 'ExternalName' && Boolean(spec.externalName),
    'spec.externalName is ignored when spec.type is not "ExternalName"',
  )
  say(
    spec.trafficDistribution === 'PreferClose',
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  )
  return warnings
}

export const services = declare<Service>('services', {
  subresources: ['proxy', 'status'],
  // RelaxedServiceNameValidation: since 1.36 a name may begin with a digit.
  validateName: labelName,
  prepareCreate: (service) => ({ ...prepareCreate(service), status: { loadBalancer: {} } }),
  prepareUpdate: (service, old, { operation }) => (operation === 'status' ? service : prepareUpdate(service, old)),
  // An update's rules include everything, in Kubernetes' order: what may not change comes first.
  validate: (service, { operation }) => (operation === 'create' ? serviceErrors(service) : []),
  validateUpdate: serviceUpdateErrors,
  validateStatus: serviceStatusErrors,
  allocate,
  companions: addressObjects,
  warn,
  fields: {
    'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '',
    'spec.type': ({ spec }) => spec.type ?? '',
  },
})
