import { type FieldError, Path, forbidden } from '../../meta/field-error.ts'
import { goJson, goQuote } from '../../meta/go-text.ts'
import type { EphemeralContainer, Pod } from '../../schema/types.generated.ts'
import { internal } from '../internal.ts'
import { same } from '../same.ts'
import { unifiedDiff } from '../unified-diff.ts'
import { MIRROR, podAnnotationChanges } from './annotations.ts'
import { keptBut } from './prepare.ts'
import { podErrors } from './spec.ts'

/** What `pods/ephemeralcontainers` may change: debug containers come, and none changes or goes. */

const AT = Path.of('spec').child('ephemeralContainers')
const ANNOTATIONS = Path.of('metadata').child('annotations')

/** dropNonEphemeralContainerUpdates of pkg/registry/core/pod/strategy.go. */
export function withEphemeralContainers(pod: Pod, old: Pod): Pod {
  const { ephemeralContainers: _, ...spec } = old.spec
  const { ephemeralContainers } = pod.spec
  return keptBut(pod, old, { ...spec, ...(ephemeralContainers === undefined ? {} : { ephemeralContainers }) })
}

const printed = (container: EphemeralContainer): string => goJson(internal('EphemeralContainer', container), 1)

/** `ValidatePodEphemeralContainersUpdate`. */
export function ephemeralErrors(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR] !== undefined) {
    return [forbidden('[]', 'static pods do not support ephemeral containers')]
  }
  const errors = podErrors(pod, old)
  podAnnotationChanges(pod.metadata.annotations ?? {}, old.metadata.annotations ?? {}, ANNOTATIONS, errors)
  const next = new Map((pod.spec.ephemeralContainers ?? []).map((container) => [container.name, container]))
  for (const before of old.spec.ephemeralContainers ?? []) {
    const after = next.get(before.name)
    const which = `existing ephemeral containers ${goQuote(before.name)} may not be`
    if (after === undefined) errors.push(forbidden(AT, `${which} removed\n`))
    else if (!same(before, after)) {
      errors.push(forbidden(AT, `${which} changed\n${unifiedDiff(printed(before), printed(after))}`))
    }
  }
  return errors
}
