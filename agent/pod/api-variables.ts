/** Where Pods reach the API. */
export interface ApiAddress {
  /** From a Pod with an address of its own: a name or an address. */
  readonly host: string
  /** From the machine itself, and so from a Pod with `hostNetwork`. */
  readonly onMachine: string
  readonly port: number
}

/**
 * The variables of the Service `kubernetes`, which client libraries find the API by. They name the API itself, for there
 * is no machine between. Model: pkg/kubelet/envvars.FromServices
 */
export function apiVariables({ host, onMachine, port }: ApiAddress, hostNetwork: boolean): [string, string][] {
  const name = hostNetwork ? onMachine : host
  const url = `tcp://${name.includes(':') ? `[${name}]` : name}:${port}`
  return [
    ['KUBERNETES_SERVICE_HOST', name],
    ['KUBERNETES_SERVICE_PORT', String(port)],
    ['KUBERNETES_SERVICE_PORT_HTTPS', String(port)],
    ['KUBERNETES_PORT', url],
    [`KUBERNETES_PORT_${port}_TCP`, url],
    [`KUBERNETES_PORT_${port}_TCP_PROTO`, 'tcp'],
    [`KUBERNETES_PORT_${port}_TCP_PORT`, String(port)],
    [`KUBERNETES_PORT_${port}_TCP_ADDR`, name],
  ]
}
