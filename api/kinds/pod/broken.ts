import type { PodSpec } from '../../schema/types.generated.ts'
import { brokenAffinity, brokenSpread } from './affinity.ts'
import { leadsOut } from './projected.ts'
import { partsOfPages } from './resources.ts'
import { sharesSysctls } from './security.ts'
import type { Tolerated } from './tolerated.ts'
import { allContainers } from './visit.ts'

/** What this spec, being stored, breaks of the rules that came later. Only to be asked where something was refused. */
export function brokenBy(spec: PodSpec): Tolerated {
  const containers = allContainers(spec)
  const amounts = [...containers.map(({ resources }) => resources), spec.resources, { limits: spec.overhead ?? {} }]
  return {
    ...brokenAffinity(spec.affinity),
    ...brokenSpread(spec.topologySpreadConstraints ?? []),
    hugePages: amounts.some((of) => of !== undefined && partsOfPages(of)),
    tokenPaths: spec.volumes?.some(({ projected }) => projected !== undefined && leadsOut(projected)) === true,
    hostSysctls: sharesSysctls(spec),
    blockDevices: spec.hostUsers === false && containers.some(({ volumeDevices = [] }) => volumeDevices.length > 0),
    addresses: [...(spec.dnsConfig?.nameservers ?? []), ...(spec.hostAliases ?? []).map(({ ip }) => ip)],
  }
}
