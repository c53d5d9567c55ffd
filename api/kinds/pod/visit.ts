import { Path } from '../../meta/field-error.ts'
import type { Container, EphemeralContainer, PodSpec } from '../../schema/types.generated.ts'

export type AnyContainer = Container | EphemeralContainer

export const allContainers = (spec: PodSpec): AnyContainer[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...(spec.ephemeralContainers ?? []),
]

/** Every container with its path, in the order of `VisitContainersWithPath`: init, regular, ephemeral. */
export function visit(spec: PodSpec, at: Path, look: (container: AnyContainer, at: Path) => void): void {
  const lists = { initContainers: spec.initContainers, containers: spec.containers }
  for (const [field, list] of Object.entries(lists)) {
    list?.forEach((container, i) => look(container, at.child(field).index(i)))
  }
  spec.ephemeralContainers?.forEach((container, i) => look(container, at.child('ephemeralContainers').index(i)))
}
