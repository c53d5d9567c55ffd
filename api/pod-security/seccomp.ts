import { goQuote } from '../meta/go-text.ts'
import type { SeccompProfile } from '../schema/types.generated.ts'
import { containersOf, type Look, named, plural, quoted, settersOf, sorted } from './check.ts'

const OF_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const OF_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'

/** What an annotation may say. */
const FINE = /^runtime\/default$|^docker\/default$|^localhost\//

const isFine = ({ type }: SeccompProfile): boolean => type === 'RuntimeDefault' || type === 'Localhost'

/** Before 1.19 the profile stood in annotations. */
export const seccompOfAnnotations: Look = (pod) => {
  const annotations = pod.metadata.annotations ?? {}
  const keys = [OF_POD, ...containersOf(pod).map(({ name }) => OF_CONTAINER + name)]
  const bad = sorted(
    keys.flatMap((key) => {
      const value = annotations[key]
      return value === undefined || FINE.test(value) ? [] : [`${key}=${goQuote(value)}`]
    }),
  )
  if (bad.length === 0) return undefined
  const detail = `forbidden ${plural('annotation', 'annotations', bad.length)} ${bad.join(', ')}`
  return { reason: 'seccompProfile', detail }
}

export const seccompBaseline: Look = (pod) => {
  const values: string[] = []
  const setters = settersOf(pod, ({ seccompProfile: profile }) => {
    if (profile === undefined || isFine(profile)) return false
    values.push(profile.type)
    return true
  })
  if (setters === '') return undefined
  const detail = `${setters} must not set securityContext.seccompProfile.type to ${quoted(sorted(values))}`
  return { reason: 'seccompProfile', detail }
}

export const seccompRestricted: Look = (pod) => {
  const explicit = seccompBaseline(pod)
  if (explicit !== undefined || pod.spec.securityContext?.seccompProfile !== undefined) return explicit
  const bad = containersOf(pod).filter(({ securityContext }) => securityContext?.seccompProfile === undefined)
  if (bad.length === 0) return undefined
  const what = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
  return { reason: 'seccompProfile', detail: `pod or ${named(bad)} ${what}` }
}
