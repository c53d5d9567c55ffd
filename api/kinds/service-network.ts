import { SERVICE_RANGE } from './service-addresses.ts'

/** What every cluster has from its first start. */

/** The range of addresses of Services: pkg/controlplane/controller/defaultservicecidr. */
export const DEFAULT_CIDR = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'kubernetes' },
  spec: { cidrs: [SERVICE_RANGE] },
}

/** The API as Pods know it: pkg/controlplane/controller/kubernetesservice. Its endpoints are not known here. */
export const DEFAULT_SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { provider: 'kubernetes', component: 'apiserver' },
  },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.0.1',
    clusterIPs: ['10.96.0.1'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    sessionAffinity: 'None',
  },
}
