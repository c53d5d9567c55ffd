import type { Container } from '../../api/schema/types.generated.ts'
import { parseImageName } from '../runtime/image-name.ts'

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never'

/** What the spec says; the API server's default (`:latest` is always pulled) where it says nothing. */
export function pullPolicyOf(container: Container): PullPolicy {
  const { imagePullPolicy, image = '' } = container
  if (imagePullPolicy === 'Always' || imagePullPolicy === 'IfNotPresent' || imagePullPolicy === 'Never')
    return imagePullPolicy
  const name = parseImageName(image)
  return !('error' in name) && name.digest === undefined && name.tag === 'latest' ? 'Always' : 'IfNotPresent'
}

/** Why the image's name is none, in kubelet's words. */
export function invalidImageName(container: Container): string | undefined {
  const { image = '' } = container
  const name = parseImageName(image)
  if (!('error' in name)) return undefined
  return `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${name.error}`
}
