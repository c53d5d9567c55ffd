/** A chart of built-in kinds, rendered: what `helm template` prints of one, in helm's order (kind_sorter.go's InstallOrder). */

export interface Rendered {
  readonly apiVersion: string
  readonly kind: string
  /** Path of the collection; `$NS` is the release's namespace. */
  readonly path: string
  readonly metadata: { readonly name: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}
export interface Values {
  readonly image: string
  readonly color: string
  readonly withCron: boolean
}

const NAMES = '/namespaces/$NS'
const labels = { 'app.kubernetes.io/name': 'demo', 'app.kubernetes.io/managed-by': 'Helm' }
const selector = { 'app.kubernetes.io/name': 'demo' }
const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const reader = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }]
const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: 'demo' })
const subjects = [{ kind: 'ServiceAccount', name: 'demo', namespace: '$NS' }]

export function chart({ image, color, withCron }: Values): Rendered[] {
  const containers = [
    { name: 'main', image, ports: [{ name: 'http', containerPort: 80 }], env: [{ name: 'COLOR', value: color }] },
  ]
  const template = { metadata: { labels: selector }, spec: { serviceAccountName: 'demo', containers } }
  const once = { ...template, spec: { containers, restartPolicy: 'Never' } }
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  const of = (apiVersion: string, kind: string, path: string, rest: object, name = 'demo'): Rendered => ({
    apiVersion,
    kind,
    path,
    metadata: { name, labels },
    ...rest,
  })
  const core = (kind: string, plural: string, rest: object, name?: string) =>
    of('v1', kind, `/api/v1${NAMES}/${plural}`, rest, name)
  const group = (version: string, kind: string, plural: string, rest: object, name?: string) =>
    of(version, kind, `/apis/${version}${NAMES}/${plural}`, rest, name)
  return [
    of('v1', 'Namespace', '/api/v1/namespaces', {}, 'demo-extra'),
    group('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', {
      spec: { podSelector: { matchLabels: selector }, policyTypes: ['Ingress'] },
    }),
    core('ResourceQuota', 'resourcequotas', { spec: { hard: { pods: '20', 'count/secrets': '20' } } }),
    core('LimitRange', 'limitranges', { spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '10m' } }] } }),
    group('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', {
      spec: { minAvailable: 1, selector: { matchLabels: selector } },
    }),
    core('ServiceAccount', 'serviceaccounts', {}),
    core('Secret', 'secrets', { type: 'Opaque', stringData: { password: 'hunter2' } }),
    core('ConfigMap', 'configmaps', { data: { color, keep: 'as it is' } }),
    core('PersistentVolumeClaim', 'persistentvolumeclaims', { spec: claim }),
    of('rbac.authorization.k8s.io/v1', 'ClusterRole', `${RBAC}/clusterroles`, { rules: reader }),
    of('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', `${RBAC}/clusterrolebindings`, {
      roleRef: roleRef('ClusterRole'),
      subjects,
    }),
    group('rbac.authorization.k8s.io/v1', 'Role', 'roles', { rules: reader }),
    group('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings', { roleRef: roleRef('Role'), subjects }),
    core('Service', 'services', { spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 'http' }] } }),
    group('apps/v1', 'DaemonSet', 'daemonsets', { spec: { selector: { matchLabels: selector }, template } }),
    group('apps/v1', 'Deployment', 'deployments', {
      spec: { replicas: 2, selector: { matchLabels: selector }, template },
    }),
    group('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'demo' },
        minReplicas: 2,
        maxReplicas: 4,
      },
    }),
    group('apps/v1', 'StatefulSet', 'statefulsets', {
      spec: {
        serviceName: 'demo',
        replicas: 1,
        selector: { matchLabels: selector },
        template,
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
      },
    }),
    ...(withCron
      ? [
          group('batch/v1', 'CronJob', 'cronjobs', {
            spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: once } } },
          }),
        ]
      : []),
    group('networking.k8s.io/v1', 'Ingress', 'ingresses', {
      spec: {
        rules: [
          {
            host: 'demo.example.com',
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: { service: { name: 'demo', port: { name: 'http' } } } },
              ],
            },
          },
        ],
      },
    }),
  ]
}

/** A hook of `post-install`: helm waits for its end and deletes it. */
export const hook = (image: string): Rendered => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  path: `/apis/batch/v1${NAMES}/jobs`,
  metadata: { name: 'demo-migrate', labels, annotations: { 'helm.sh/hook': 'post-install' } },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } } },
})
