import type { Path } from '../../meta/field-error.ts'
import { Path as At } from '../../meta/field-error.ts'
import type { AppArmorProfile, Container, EphemeralContainer, Pod } from '../../schema/types.generated.ts'
import { appArmor } from './security.ts'

/** The profile that confines a container stood in annotations before it had a field; the two are kept in step. */

export const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/'
const LOCAL = 'localhost/'

export const armorWarning = (key: string, at: Path): string =>
  `${at.key(key)}: deprecated since v1.30; use the "appArmorProfile" field instead`

function annotationFor({ type, localhostProfile }: AppArmorProfile): string | undefined {
  if (type === 'Unconfined') return 'unconfined'
  if (type === 'RuntimeDefault') return 'runtime/default'
  return type === 'Localhost' && localhostProfile !== undefined ? LOCAL + localhostProfile : undefined
}

/** Undefined for a text that stands for no valid profile. */
function profileFor(text: string): AppArmorProfile | undefined {
  if (text === 'unconfined') return { type: 'Unconfined' }
  if (text === 'runtime/default') return { type: 'RuntimeDefault' }
  if (!text.startsWith(LOCAL)) return undefined
  const profile = { type: 'Localhost', localhostProfile: text.slice(LOCAL.length).trim() }
  const errors: Parameters<typeof appArmor>[2] = []
  appArmor(profile, At.of('appArmorProfile'), errors)
  return errors.length === 0 ? profile : undefined
}

const sameProfile = (a: AppArmorProfile, b: AppArmorProfile | undefined): boolean =>
  a.type === b?.type && a.localhostProfile === b.localhostProfile

const ANNOTATIONS = At.of('metadata').child('annotations')

/** `applyAppArmorVersionSkew` of pkg/registry/core/pod. What it warns of goes to `warnings`. */
export function withAppArmor(pod: Pod, warnings: string[] = []): Pod {
  const { spec } = pod
  if (spec.os?.name === 'windows') return pod
  const whole = spec.securityContext?.appArmorProfile
  const annotations: Record<string, string> = {}
  const given = pod.metadata.annotations ?? {}
  const inStep = <C extends Container | EphemeralContainer>(container: C): C => {
    const key = APP_ARMOR + container.name
    const profile = container.securityContext?.appArmorProfile ?? whole
    const text = given[key]
    if (text === undefined) {
      const made = profile && annotationFor(profile)
      if (made !== undefined) annotations[key] = made
    } else if (profile === undefined) {
      const field = profileFor(text)
      warnings.push(armorWarning(key, ANNOTATIONS))
      if (field !== undefined && !sameProfile(field, whole)) {
        return { ...container, securityContext: { ...container.securityContext, appArmorProfile: field } }
      }
    }
    return container
  }
  const lists = {
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(inStep) }),
    containers: spec.containers.map(inStep),
  }
  const metadata =
    Object.keys(annotations).length === 0
      ? pod.metadata
      : { ...pod.metadata, annotations: { ...given, ...annotations } }
  return { ...pod, metadata, spec: { ...spec, ...lists } }
}
