import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '../../api/schema/types.generated.ts'

const PREFIX = 'kube-api-access-'
/** Where client libraries look for a token (`rest.InClusterConfig`). */
const PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
/** An hour and seven seconds: the seconds say that the token came by admission (WarnOnlyBoundTokenExpirationPeriod). */
const SECONDS = 3607

/** The Pod's own word counts before its account's; nothing said means yes. */
export const mountsToken = (account: ServiceAccount, { spec }: Pod): boolean =>
  spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true

const volumeOf = (name: string): Volume => ({
  name,
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: SECONDS, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
    defaultMode: 420,
  },
})

/**
 * Gives every container what it needs to call the API: a token, the authority that vouches for the API, and the
 * namespace (mountServiceAccountToken of plugin/pkg/admission/serviceaccount). A container that mounts something else
 * there keeps that; a volume whose name begins so is taken for the one wanted. `suffix`: five random letters.
 */
export function withToken(spec: PodSpec, suffix: () => string): PodSpec {
  const volumes = spec.volumes ?? []
  const found = volumes.find(({ name }) => name?.startsWith(PREFIX))?.name
  const lists = { initContainers: spec.initContainers, containers: spec.containers }
  const lacking = Object.values(lists).some((list) => list?.some(lacks))
  if (!lacking) return spec
  const name = found ?? `${PREFIX}${suffix()}`
  const mounted = (container: Container): Container =>
    lacks(container)
      ? {
          ...container,
          volumeMounts: [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: PATH }],
        }
      : container
  return {
    ...spec,
    containers: (spec.containers ?? []).map(mounted),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(mounted) }),
    ...(found === undefined ? { volumes: [...volumes, volumeOf(name)] } : {}),
  }
}

const lacks = ({ volumeMounts = [] }: Container): boolean => !volumeMounts.some(({ mountPath }) => mountPath === PATH)
