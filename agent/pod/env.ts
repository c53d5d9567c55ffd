import { decodeBase64 } from '../../api/schema/base64.ts'
import type { Container, EnvFromSource, EnvVar, EnvVarSource, Pod } from '../../api/schema/types.generated.ts'
import { apiVariables } from './api-variables.ts'
import { expand } from './expand.ts'
import { metadataField } from './fields.ts'
import { resourceValue } from './resources.ts'
import type { Around } from './seen.ts'

/** A container cannot be made from its spec: CreateContainerConfigError. The message is kubelet's. */
export class ConfigError extends Error {}

/**
 * The environment in kubelet's order: where the API is, envFrom, then env; later ones win, `$(VAR)` sees what stands
 * before it.
 * Throws ConfigError. Model: Kubelet.makeEnvironmentVariables.
 */
export function environmentOf(pod: Pod, container: Container, around: Around, podIP: string): Map<string, string> {
  const variables = new Map(apiVariables(around.api, pod.spec.hostNetwork === true))
  for (const source of container.envFrom ?? [])
    for (const [key, value] of Object.entries(dataOf(pod, source, around)))
      variables.set(`${source.prefix ?? ''}${key}`, value)
  for (const variable of container.env ?? []) {
    const value = valueOf(pod, container, variable, variables, around, podIP)
    if (value === undefined) continue
    variables.delete(variable.name)
    variables.set(variable.name, value)
  }
  return variables
}

/** Why the container cannot be made from its spec, without having tried. */
export function configError(pod: Pod, container: Container, around: Around, podIP: string): string | undefined {
  try {
    environmentOf(pod, container, around, podIP)
    return undefined
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

function dataOf(pod: Pod, source: EnvFromSource, around: Around): Record<string, string> {
  const { configMapRef, secretRef } = source
  if (configMapRef !== undefined) {
    const found = around.configMaps.get(configMapRef.name ?? '')
    if (found === undefined && configMapRef.optional !== true)
      throw new ConfigError(`configmap "${configMapRef.name ?? ''}" not found`)
    return found?.data ?? {}
  }
  if (secretRef !== undefined) {
    const found = around.secrets.get(secretRef.name ?? '')
    if (found === undefined && secretRef.optional !== true)
      throw new ConfigError(`secret "${secretRef.name ?? ''}" not found`)
    return Object.fromEntries(Object.entries(found?.data ?? {}).map(([key, data]) => [key, textOf(data)]))
  }
  throw new ConfigError(`pod ${pod.metadata.name}: envFrom names neither a ConfigMap nor a Secret`)
}

/** Undefined: an optional source that is not there, so the variable is not set. */
function valueOf(
  pod: Pod,
  container: Container,
  variable: EnvVar,
  variables: ReadonlyMap<string, string>,
  around: Around,
  podIP: string,
): string | undefined {
  const from = variable.valueFrom
  if (from === undefined) return expand(variable.value ?? '', variables)
  if (from.fieldRef !== undefined) return fieldValue(pod, from.fieldRef.fieldPath, around, podIP)
  if (from.resourceFieldRef !== undefined) return resourceValue(pod, container, from.resourceFieldRef, around.node)
  return keyValue(pod, from, around)
}

function keyValue(pod: Pod, from: EnvVarSource, around: Around): string | undefined {
  const namespace = pod.metadata.namespace ?? ''
  if (from.configMapKeyRef !== undefined) {
    const { name = '', key, optional } = from.configMapKeyRef
    const found = around.configMaps.get(name)
    const value = found?.data?.[key]
    if (value !== undefined || optional === true) return value
    if (found === undefined) throw new ConfigError(`configmap "${name}" not found`)
    throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`)
  }
  if (from.secretKeyRef !== undefined) {
    const { name = '', key, optional } = from.secretKeyRef
    const found = around.secrets.get(name)
    const value = found?.data?.[key]
    if (value !== undefined) return textOf(value)
    if (optional === true) return undefined
    if (found === undefined) throw new ConfigError(`secret "${name}" not found`)
    throw new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`)
  }
  throw new ConfigError('the source of an environment variable is not supported by this agent')
}

/** https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields */
function fieldValue(pod: Pod, path: string, { node }: Around, podIP: string): string {
  const own = metadataField(pod, path)
  if (own !== undefined) return own
  const fields: Record<string, string> = {
    'spec.nodeName': pod.spec.nodeName ?? node.name,
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? '',
    'status.hostIP': node.address,
    'status.hostIPs': node.address,
    'status.podIP': podIP,
    'status.podIPs': podIP,
  }
  const value = fields[path]
  if (value === undefined) throw new ConfigError(`unsupported fieldPath: ${path}`)
  return value
}

/** Base64 of UTF-8, as a Secret holds its values. */
export function textOf(base64: string): string {
  const bytes = decodeBase64(base64)
  let escaped = ''
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`
  try {
    return decodeURIComponent(escaped)
  } catch {
    throw new ConfigError('a Secret that holds no UTF-8 text cannot be an environment variable')
  }
}
