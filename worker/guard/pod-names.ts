import type { Json } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'

/** What a volume's driver asks of the control plane alone: pvutil.VisitPVSecretNames, `kubeletVisible`. */
const NOT_FOR_NODES = new Set(['controllerPublishSecretRef', 'controllerExpandSecretRef'])

/**
 * Whether the spec of a Pod or of a volume references this Secret or ConfigMap (any of them without a name): volumes, projected sources, env, envFrom,
 * pull secrets, the secrets of drivers (podutil.VisitPodSecretNames, VisitPodConfigmapNames).
 */
export function names(spec: Json, what: 'configMap' | 'secret', name?: string, key = ''): boolean {
  if (Array.isArray(spec)) {
    const inside = key === 'imagePullSecrets' && what === 'secret' ? 'secretRef' : ''
    return spec.some((item) => names(item, what, name, inside))
  }
  if (!isJsonObject(spec) || NOT_FOR_NODES.has(key)) return false
  const isReference =
    [what, `${what}Ref`, `${what}KeyRef`].includes(key) || (what === 'secret' && key.endsWith('SecretRef'))
  if (isReference && (name === undefined || spec['name'] === name || spec['secretName'] === name)) return true
  return Object.entries(spec).some(([inner, value]) => names(value, what, name, inner))
}
