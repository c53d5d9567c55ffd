import { type FieldError, type Path, forbidden, invalidValue } from '../../meta/field-error.ts'
import { goQuote } from '../../meta/go-text.ts'
import type { AppArmorProfile, PodSpec, SeccompProfile, Toleration } from '../../schema/types.generated.ts'
import { annotated, listOf } from '../annotated.ts'
import { APP_ARMOR } from './app-armor.ts'
import { descending } from './paths.ts'
import { tolerations } from './tolerations.ts'
import { visit } from './visit.ts'

/** Annotations of Pods that mean something: `ValidatePodSpecificAnnotations`. */

type Annotations = Readonly<Record<string, string>>

export const MIRROR = 'kubernetes.io/config.mirror'
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations'
const COST = 'controller.kubernetes.io/pod-deletion-cost'
const SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod'
const CONTAINER_SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/'

// "+5" parses in Go but is refused by name, as a leading zero is.
const isCost = (text: string | undefined): boolean =>
  text === undefined || (/^(?:0|-?[1-9]\d*)$/.test(text) && Number(text) >= -2147483648 && Number(text) <= 2147483647)

function seccompText(profile: string, at: Path, errors: FieldError[]): void {
  if (profile === 'runtime/default' || profile === 'docker/default' || profile === 'unconfined') return
  if (profile.startsWith('localhost/')) descending(profile.slice('localhost/'.length), at, errors)
  else errors.push(invalidValue(at, profile, 'must be a valid seccomp profile'))
}

function appArmorText(key: string, profile: string, names: ReadonlySet<string>, at: Path, errors: FieldError[]): void {
  const container = key.slice(APP_ARMOR.length)
  if (!names.has(container)) errors.push(invalidValue(at.key(key), container, 'container not found'))
  if (profile === '' || profile === 'runtime/default' || profile === 'unconfined') return
  if (profile.startsWith('localhost/')) return
  errors.push(invalidValue(at.key(key), profile, `invalid AppArmor profile name: ${goQuote(profile)}`))
}

const READ = listOf<Toleration>('io.k8s.api.core.v1.Toleration', 'Toleration')

function tolerationText(text: string, at: Path, errors: FieldError[]): void {
  const list = annotated(text, (why) => errors.push(invalidValue(at, TOLERATIONS, why)), READ)
  if (list !== undefined) tolerations(list, at.child(TOLERATIONS), errors)
}

/** `old`: an object whose cost was wrong before may keep a wrong one. */
export function podAnnotations(
  annotations: Annotations,
  spec: PodSpec,
  at: Path,
  errors: FieldError[],
  old: Annotations = {},
): void {
  const mirror = annotations[MIRROR]
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalidValue(at.key(MIRROR), mirror, 'must set spec.nodeName if mirror pod annotation is set'))
  }
  const wanted = annotations[TOLERATIONS]
  if (wanted) tolerationText(wanted, at, errors)
  const cost = annotations[COST]
  if (!isCost(cost) && isCost(old[COST])) errors.push(invalidValue(at.key(COST), cost, 'must be a 32bit integer'))
  const pod = annotations[SECCOMP]
  if (pod !== undefined) seccompText(pod, at.child(SECCOMP), errors)
  const names = new Set<string>()
  visit(spec, at, ({ name }) => names.add(name))
  for (const [key, profile] of Object.entries(annotations)) {
    if (key.startsWith(CONTAINER_SECCOMP)) seccompText(profile, at.child(key), errors)
  }
  for (const [key, profile] of Object.entries(annotations)) {
    if (key.startsWith(APP_ARMOR)) appArmorText(key, profile, names, at, errors)
  }
}

/** `ValidatePodSpecificAnnotationUpdates`. */
export function podAnnotationChanges(after: Annotations, before: Annotations, at: Path, errors: FieldError[]): void {
  for (const [key, value] of Object.entries(before)) {
    if (after[key] === value) continue
    if (key.startsWith(APP_ARMOR)) errors.push(forbidden(at.key(key), 'may not remove or update AppArmor annotations'))
    if (key === MIRROR) errors.push(forbidden(at.key(key), 'may not remove or update mirror pod annotation'))
  }
  for (const key of Object.keys(after)) {
    if (key in before) continue
    if (key.startsWith(APP_ARMOR)) errors.push(forbidden(at.key(key), 'may not add AppArmor annotations'))
    if (key === MIRROR) errors.push(forbidden(at.key(key), 'may not add mirror pod annotation'))
  }
}

/** The annotation's words for the types of a profile. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  Unconfined: ['unconfined'],
  RuntimeDefault: ['runtime/default', 'docker/default'],
}

function matching(
  what: 'seccomp' | 'apparmor',
  annotation: string,
  profile: SeccompProfile | AppArmorProfile,
  at: Path,
  errors: FieldError[],
): void {
  const texts = TEXTS[profile.type]
  const type = forbidden(at.child('type'), `${what} type in annotation and field must match`)
  if (texts !== undefined) {
    const known = what === 'seccomp' ? texts : texts.slice(0, 1)
    if (!known.includes(annotation)) errors.push(type)
  } else if (profile.type === 'Localhost') {
    if (!annotation.startsWith('localhost/')) errors.push(type)
    else if (annotation.slice('localhost/'.length) !== profile.localhostProfile) {
      errors.push(forbidden(at.child('localhostProfile'), `${what} profile in annotation and field must match`))
    }
  }
}

/** Where both the old annotation and the field are given, they must say the same. */
export function profilesMatch(annotations: Annotations, spec: PodSpec, at: Path, errors: FieldError[]): void {
  const pod = spec.securityContext
  const whole = annotations[SECCOMP]
  if (whole !== undefined && pod?.seccompProfile !== undefined) {
    matching('seccomp', whole, pod.seccompProfile, at.child('securityContext').child('seccompProfile'), errors)
  }
  visit(spec, at, ({ name, securityContext }, here) => {
    const text = annotations[CONTAINER_SECCOMP + name]
    const profile = securityContext?.seccompProfile
    if (text === undefined || profile === undefined) return
    matching('seccomp', text, profile, here.child('securityContext').child('seccompProfile'), errors)
  })
  if (spec.os?.name === 'windows') return
  visit(spec, at, ({ name, securityContext }, here) => {
    const text = annotations[APP_ARMOR + name]
    const profile = securityContext?.appArmorProfile ?? pod?.appArmorProfile
    if (text === undefined || profile === undefined) return
    matching('apparmor', text, profile, here.child('securityContext').child('appArmorProfile'), errors)
  })
}
