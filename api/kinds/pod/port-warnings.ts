import type { Path } from '../../meta/field-error.ts'
import { goQuote } from '../../meta/go-text.ts'
import type { ContainerPort, PodSpec } from '../../schema/types.generated.ts'
import { visit } from './visit.ts'

/** Ports that meet others of the same Pod: a part of `warningsForPodSpecAndMeta` of pkg/api/pod/warnings.go. */

/** As Go prints the internal type with `%+v`. */
const printed = ({ name = '', hostPort = 0, containerPort, protocol = '', hostIP = '' }: ContainerPort): string =>
  `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`

function overlap(port: ContainerPort, other: ContainerPort): string | undefined {
  const [ip, otherIp] = [port.hostIP ?? '', other.hostIP ?? '']
  const [host, otherHost] = [port.hostPort ?? 0, other.hostPort ?? 0]
  if (ip === otherIp && host === otherHost) return 'duplicate'
  if (host === 0 || otherHost === 0) return 'overlapping'
  return host === otherHost && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined
}

function sameNumbers(spec: PodSpec, at: Path, warnings: string[]): void {
  const all = new Map<string, { at: Path; port: ContainerPort }[]>()
  visit(spec, at, (container, here) => {
    container.ports?.forEach((port, i) => {
      const own = here.child('ports').index(i)
      if (port.hostIP && !port.hostPort) warnings.push(`${own}: hostIP set without hostPort: ${printed(port)}`)
      const key = `${port.containerPort}/${port.protocol}`
      const others = all.get(key) ?? []
      for (const other of others) {
        const how = overlap(port, other.port)
        if (how !== undefined) warnings.push(`${own}: ${how} port definition with ${other.at}`)
      }
      all.set(key, [...others, { at: own, port }])
    })
  })
}

function sameNames(spec: PodSpec, at: Path, warnings: string[]): void {
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

export function portWarnings(spec: PodSpec, at: Path, warnings: string[]): void {
  sameNumbers(spec, at, warnings)
  sameNames(spec, at, warnings)
}
