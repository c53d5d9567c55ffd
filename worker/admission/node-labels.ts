/** Which labels a node may not give itself: getForbiddenLabels of plugin/pkg/admission/noderestriction. */

/** kubeletLabels and kubeletLabelNamespaces of k8s.io/kubelet/pkg/apis. */
const OWN: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
])
const OWN_NAMESPACES = ['kubelet.kubernetes.io', 'node.kubernetes.io']
const RESTRICTED = 'node-restriction.kubernetes.io'

type Labels = Readonly<Record<string, string>>

const within = (namespace: string, of: string): boolean => namespace === of || namespace.endsWith(`.${of}`)

function isForbidden(label: string): boolean {
  const namespace = label.includes('/') ? (label.split('/')[0] ?? '') : ''
  if (within(namespace, RESTRICTED)) return true
  const isKubernetes = within(namespace, 'kubernetes.io') || within(namespace, 'k8s.io')
  return isKubernetes && !OWN.has(label) && !OWN_NAMESPACES.some((own) => within(namespace, own))
}

/** Those that differ and that a node may not touch, by name. */
export function forbiddenLabels(labels: Labels = {}, old: Labels = {}): string[] {
  const names = new Set([...Object.keys(labels), ...Object.keys(old)])
  return [...names].filter((name) => labels[name] !== old[name] && isForbidden(name)).sort()
}
