import type { Json, JsonObject } from '../meta/object.ts'
import { encodeBase64, utf8 } from './base64.ts'
import { ensure, fillFrom, isEmpty, setEmpty, setUnset, structAt, structsAt, textAt } from './default-access.ts'
import { container, pod, podSpec, podStatus, volume } from './default-pod.ts'

const CRD = 'apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition'

/**
 * Defaults that look at more than their own field, by model (without `io.k8s.`). Each changes its object in place, after the
 * rules of `default-rules.ts` and before what is inside, which is the order of Kubernetes' SetObjectDefaults.
 */
export const STEPS: Readonly<Record<string, (object: JsonObject) => void>> = {
  'api.core.v1.Pod': pod,
  'api.core.v1.PodSpec': podSpec,
  'api.core.v1.PodStatus': podStatus,
  'api.core.v1.Container': container,
  'api.core.v1.EphemeralContainer': container,
  'api.core.v1.Volume': volume,
  'api.core.v1.Service': service,
  'api.core.v1.Secret': secret,
  'api.core.v1.Namespace': namespace,
  'api.core.v1.NodeSpec': nodeSpec,
  'api.core.v1.NodeStatus': nodeStatus,
  'api.core.v1.LimitRangeItem': limitRangeItem,
  'api.core.v1.ReplicationController': replicationController,
  'api.apps.v1.DeploymentStrategy': (strategy) => rollingUpdate(strategy, { maxUnavailable: '25%', maxSurge: '25%' }),
  'api.apps.v1.DaemonSetUpdateStrategy': (strategy) => rollingUpdate(strategy, { maxUnavailable: 1, maxSurge: 0 }),
  'api.apps.v1.DaemonSet': daemonSet,
  'api.apps.v1.StatefulSet': statefulSet,
  'api.apps.v1.StatefulSetUpdateStrategy': statefulSetStrategy,
  'api.batch.v1.Job': job,
  'api.autoscaling.v2.HorizontalPodAutoscalerSpec': autoscalerMetrics,
  'api.autoscaling.v2.HorizontalPodAutoscalerBehavior': autoscalerBehavior,
  'api.networking.v1.NetworkPolicySpec': networkPolicySpec,
  'api.rbac.v1.Subject': subject,
  'api.resource.v1.ExactDeviceRequest': deviceCount,
  'api.resource.v1.DeviceSubRequest': deviceCount,
  [CRD]: customResourceDefinition,
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go (SetDefaults_Service) */
function service(object: JsonObject): void {
  const spec = ensure(object, 'spec')
  setEmpty(spec, 'sessionAffinity', 'None')
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig']
  if (spec['sessionAffinity'] === 'ClientIP') {
    setEmpty(ensure(ensure(spec, 'sessionAffinityConfig'), 'clientIP'), 'timeoutSeconds', 10800)
  }
  setEmpty(spec, 'type', 'ClusterIP')
  for (const port of structsAt(spec, 'ports')) {
    setEmpty(port, 'protocol', 'TCP')
    setEmpty(port, 'targetPort', port['port'] ?? 0)
  }
  const type = textAt(spec, 'type')
  const isBalancer = type === 'LoadBalancer'
  const isExternal = type === 'NodePort' || isBalancer || (type === 'ClusterIP' && !isEmpty(spec['externalIPs']))
  if (isExternal) setEmpty(spec, 'externalTrafficPolicy', 'Cluster')
  if (type === 'ClusterIP' || type === 'NodePort' || isBalancer) setUnset(spec, 'internalTrafficPolicy', 'Cluster')
  if (!isBalancer) return
  setUnset(spec, 'allocateLoadBalancerNodePorts', true)
  for (const ingress of structsAt(structAt(structAt(object, 'status') ?? {}, 'loadBalancer') ?? {}, 'ingress')) {
    if (!isEmpty(ingress['ip'])) setUnset(ingress, 'ipMode', 'VIP')
  }
}

/** Convert_v1_Secret: stringData is written into data and not kept. */
function secret(object: JsonObject): void {
  const texts = structAt(object, 'stringData')
  delete object['stringData']
  for (const [key, text] of Object.entries(texts ?? {})) {
    ensure(object, 'data')[key] = encodeBase64(utf8(String(text)))
  }
}

function namespace(object: JsonObject): void {
  const metadata = ensure(object, 'metadata')
  const name = textAt(metadata, 'name')
  if (name !== '') ensure(metadata, 'labels')['kubernetes.io/metadata.name'] = name
}

/** Convert_v1_NodeSpec: podCIDR is the first of podCIDRs, and wins where both are sent and differ. */
function nodeSpec(spec: JsonObject): void {
  const single = textAt(spec, 'podCIDR')
  const many = spec['podCIDRs']
  const first = Array.isArray(many) ? many[0] : undefined
  if (single !== '' && first !== single) spec['podCIDRs'] = [single]
  else if (first !== undefined) spec['podCIDR'] = first
}

function nodeStatus(status: JsonObject): void {
  const capacity = structAt(status, 'capacity')
  if (capacity !== undefined && status['allocatable'] === undefined) status['allocatable'] = { ...capacity }
}

function limitRangeItem(item: JsonObject): void {
  if (item['type'] !== 'Container') return
  const limits = ensure(item, 'default')
  const requests = ensure(item, 'defaultRequest')
  fillFrom(limits, structAt(item, 'max'))
  fillFrom(requests, limits)
  fillFrom(requests, structAt(item, 'min'))
}

const templateLabels = (object: JsonObject): JsonObject | undefined =>
  structAt(structAt(structAt(structAt(object, 'spec') ?? {}, 'template') ?? {}, 'metadata') ?? {}, 'labels')

function replicationController(object: JsonObject): void {
  const labels = templateLabels(object)
  if (isEmpty(labels)) return
  setEmpty(ensure(object, 'spec'), 'selector', { ...labels })
  setEmpty(ensure(object, 'metadata'), 'labels', { ...labels })
}

function rollingUpdate(strategy: JsonObject, defaults: Record<string, Json>): void {
  if (strategy['type'] !== 'RollingUpdate') return
  const rolling = ensure(strategy, 'rollingUpdate')
  for (const [key, value] of Object.entries(defaults)) setUnset(rolling, key, value)
}

/** A strategy that was not named gets a rollingUpdate; a named one gets its partition only where it has one. */
function statefulSetStrategy(strategy: JsonObject): void {
  if (isEmpty(strategy['type'])) {
    strategy['type'] = 'RollingUpdate'
    ensure(strategy, 'rollingUpdate')
  }
  const rolling = structAt(strategy, 'rollingUpdate')
  if (strategy['type'] === 'RollingUpdate' && rolling !== undefined) setUnset(rolling, 'partition', 0)
}

/** Convert_apps_DaemonSet_To_v1_DaemonSet shows the internal spec.templateGeneration; the strategy counts it. */
function daemonSet(object: JsonObject): void {
  setUnset(ensure(ensure(object, 'metadata'), 'annotations'), 'deprecated.daemonset.template.generation', '0')
}

/** Convert_v1_StatefulSetSpec names the type of each claim template. */
function statefulSet(object: JsonObject): void {
  for (const claim of structsAt(ensure(object, 'spec'), 'volumeClaimTemplates')) {
    claim['apiVersion'] = 'v1'
    claim['kind'] = 'PersistentVolumeClaim'
  }
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/v1/defaults.go: not on a CronJob's template. */
function job(object: JsonObject): void {
  const spec = ensure(object, 'spec')
  const labels = templateLabels(object)
  if (!isEmpty(labels)) setEmpty(ensure(object, 'metadata'), 'labels', { ...labels })
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1
  setUnset(spec, 'parallelism', 1)
  setUnset(spec, 'backoffLimit', spec['backoffLimitPerIndex'] === undefined ? 6 : 2147483647)
  setUnset(spec, 'completionMode', 'NonIndexed')
  setUnset(spec, 'suspend', false)
  setUnset(spec, 'manualSelector', false)
  setUnset(spec, 'podReplacementPolicy', spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed')
}

function autoscalerMetrics(spec: JsonObject): void {
  setEmpty(spec, 'metrics', [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ])
}

const percent = (): JsonObject => ({ type: 'Percent', value: 100, periodSeconds: 15 })

/** GenerateHPAScaleUpRules and GenerateHPAScaleDownRules: each part is the user's where given. */
function autoscalerBehavior(behavior: JsonObject): void {
  const up = ensure(behavior, 'scaleUp')
  setUnset(up, 'stabilizationWindowSeconds', 0)
  setUnset(up, 'selectPolicy', 'Max')
  setUnset(up, 'policies', [{ type: 'Pods', value: 4, periodSeconds: 15 }, percent()])
  const down = ensure(behavior, 'scaleDown')
  setUnset(down, 'selectPolicy', 'Max')
  setUnset(down, 'policies', [percent()])
}

function networkPolicySpec(spec: JsonObject): void {
  setEmpty(spec, 'policyTypes', isEmpty(spec['egress']) ? ['Ingress'] : ['Ingress', 'Egress'])
}

function subject(object: JsonObject): void {
  const isUser = object['kind'] === 'User' || object['kind'] === 'Group'
  if (isUser) setEmpty(object, 'apiGroup', 'rbac.authorization.k8s.io')
}

function deviceCount(request: JsonObject): void {
  if (request['allocationMode'] === 'ExactCount') setEmpty(request, 'count', 1)
}

function customResourceDefinition(object: JsonObject): void {
  const spec = ensure(object, 'spec')
  const names = ensure(spec, 'names')
  const kind = textAt(names, 'kind')
  setEmpty(names, 'singular', kind.toLowerCase())
  if (kind !== '') setEmpty(names, 'listKind', `${kind}List`)
  setEmpty(ensure(spec, 'conversion'), 'strategy', 'None')
  const stored = structsAt(spec, 'versions').find((version) => version['storage'] === true)
  if (stored !== undefined) setEmpty(ensure(object, 'status'), 'storedVersions', [textAt(stored, 'name')])
}
