import type { Resource } from './meta/object.ts'

/** Names of ConfigMaps and Secrets of the Pod's own namespace. */
export interface References {
  readonly configMaps: ReadonlySet<string>
  readonly secrets: ReadonlySet<string>
}

interface Named {
  name?: string
}
interface Container {
  env?: { valueFrom?: { configMapKeyRef?: Named; secretKeyRef?: Named } }[]
  envFrom?: { configMapRef?: Named; secretRef?: Named }[]
}
interface PodLike extends Resource {
  spec?: {
    containers?: Container[]
    initContainers?: Container[]
    ephemeralContainers?: Container[]
    imagePullSecrets?: Named[]
    volumes?: {
      configMap?: Named
      secret?: { secretName?: string }
      projected?: { sources?: { configMap?: Named; secret?: Named }[] }
    }[]
  }
}

/**
 * The ConfigMaps and Secrets that a Pod names, optional ones too: what its node may read (VisitPodSecretNames and
 * VisitPodConfigmapNames of pkg/api/v1/pod/util.go) and what the control plane sends along with it.
 */
export function referencesOf(pod: Resource): References {
  const configMaps = new Set<string>()
  const secrets = new Set<string>()
  const add = (to: Set<string>, name: string | undefined): void => {
    if (name !== undefined && name !== '') to.add(name)
  }
  const spec = (pod as PodLike).spec // a Pod's fields, read only where they are present
  for (const secret of spec?.imagePullSecrets ?? []) add(secrets, secret.name)
  for (const volume of spec?.volumes ?? []) {
    add(configMaps, volume.configMap?.name)
    add(secrets, volume.secret?.secretName)
    for (const source of volume.projected?.sources ?? []) {
      add(configMaps, source.configMap?.name)
      add(secrets, source.secret?.name)
    }
  }
  const containers = [spec?.initContainers, spec?.containers, spec?.ephemeralContainers].flatMap((list) => list ?? [])
  for (const container of containers) {
    for (const from of container.envFrom ?? []) {
      add(configMaps, from.configMapRef?.name)
      add(secrets, from.secretRef?.name)
    }
    for (const { valueFrom } of container.env ?? []) {
      add(configMaps, valueFrom?.configMapKeyRef?.name)
      add(secrets, valueFrom?.secretKeyRef?.name)
    }
  }
  return { configMaps, secrets }
}
