import type { Container, EphemeralContainer, PodSpec, ServiceAccount } from '../../api/schema/types.generated.ts'

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets'
/** strconv.ParseBool. */
const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])

type AnyContainer = Container | EphemeralContainer

/**
 * Why a Pod may not use a Secret that its ServiceAccount does not name, where the account insists on that
 * (limitSecretReferences of plugin/pkg/admission/serviceaccount).
 */
export function strangeSecret(
  account: ServiceAccount,
  spec: PodSpec,
  what: 'all' | 'ephemeralContainers',
): string | undefined {
  if (!TRUE.has(account.metadata.annotations?.[ENFORCE] ?? '')) return undefined
  const mountable = new Set((account.secrets ?? []).map(({ name }) => name ?? ''))
  const end = `is not allowed because service account ${account.metadata.name} does not reference that`
  if (what === 'ephemeralContainers') {
    return ofContainers(spec.ephemeralContainers ?? [], 'ephemeral container', mountable, end)
  }
  for (const { secret } of spec.volumes ?? []) {
    const name = secret?.secretName ?? ''
    if (secret !== undefined && !mountable.has(name)) return `volume with secret.secretName="${name}" ${end} secret`
  }
  return (
    ofContainers(spec.initContainers ?? [], 'init container', mountable, end) ??
    ofContainers(spec.containers, 'container', mountable, end) ??
    ofPulls(account, spec, end)
  )
}

function ofContainers(
  containers: readonly AnyContainer[],
  kind: string,
  mountable: ReadonlySet<string>,
  end: string,
): string | undefined {
  for (const { name, env = [], envFrom = [] } of containers) {
    for (const { name: variable, valueFrom } of env) {
      const secret = valueFrom?.secretKeyRef?.name ?? ''
      if (valueFrom?.secretKeyRef === undefined || mountable.has(secret)) continue
      return `${kind} ${name} with envVar ${variable} referencing secret.secretName="${secret}" ${end} secret`
    }
    for (const { secretRef } of envFrom) {
      const secret = secretRef?.name ?? ''
      if (secretRef === undefined || mountable.has(secret)) continue
      return `${kind} ${name} with envFrom referencing secret.secretName="${secret}" ${end} secret`
    }
  }
  return undefined
}

function ofPulls(account: ServiceAccount, spec: PodSpec, end: string): string | undefined {
  const pulls = new Set((account.imagePullSecrets ?? []).map(({ name }) => name ?? ''))
  const strange = (spec.imagePullSecrets ?? []).findIndex(({ name = '' }) => !pulls.has(name))
  if (strange < 0) return undefined
  const { name = '' } = spec.imagePullSecrets?.[strange] ?? {}
  return `imagePullSecrets[${strange}].name="${name}" ${end} imagePullSecret`
}
