import type { Container, Pod, VolumeMount } from '../../api/schema/types.generated.ts'
import { ConfigError } from './env.ts'
import { expand } from './expand.ts'
import { isWritten } from './volumes.ts'

/** A place in a container that shows a volume, or a part of it. */
export interface WantedMount {
  readonly volume: string
  /** Inside the volume; '' for all of it. */
  readonly subPath: string
  /** Absolute, in the container. */
  readonly target: string
  readonly readOnly: boolean
}

/**
 * What of the Pod's volumes the container sees. Throws ConfigError where a variable of a `subPathExpr` is not set, or
 * leads out of the volume.
 * Model: kubelet's makeMounts.
 */
export function wantedMounts(pod: Pod, container: Container, variables: ReadonlyMap<string, string>): WantedMount[] {
  const written = new Set((pod.spec.volumes ?? []).filter(isWritten).map(({ name }) => name))
  return (container.volumeMounts ?? []).map((mount) => ({
    volume: mount.name,
    subPath: checked(subPathOf(mount, variables)),
    target: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
    readOnly: mount.readOnly === true || written.has(mount.name),
  }))
}

/** Unlike in a command, every variable must be there (kubecontainer.ExpandContainerVolumeMounts). */
function subPathOf({ subPath = '', subPathExpr }: VolumeMount, variables: ReadonlyMap<string, string>): string {
  if (subPathExpr === undefined) return subPath
  const missing = new Set<string>()
  const expanded = expand(subPathExpr, {
    get(name) {
      const value = variables.get(name) ?? ''
      if (value === '') missing.add(name)
      return value
    },
  })
  if (missing.size > 0) throw new ConfigError(`missing value for ${[...missing].toSorted().join(', ')}`)
  return expanded
}

/** What the API checked of a `subPath` it cannot check of an expression (volumevalidation.ValidatePathNoBacksteps). */
function checked(subPath: string): string {
  if (subPath.startsWith('/')) throw new ConfigError(`error SubPath \`${subPath}\` must not be an absolute path`)
  if (subPath.split('/').includes('..'))
    throw new ConfigError(`unable to provision SubPath \`${subPath}\`: must not contain '..'`)
  return subPath
}
