import { Path } from '../meta/field-error.ts'
import type {
  Container,
  EnvVar,
  EphemeralContainer,
  Pod,
  PodSpec,
  Probe,
  SecurityContext,
} from '../schema/types.generated.ts'

/**
 * What a Pod asks for that podo's agent cannot do yet. Such a Pod is accepted as Kubernetes would, stays Pending with a
 * reason that names the first of these fields, and is never run without it. A value that equals the default, or that
 * changes nothing about how the Pod runs, is not asked for.
 */
export interface Unsupported {
  /** `spec.containers[0].startupProbe`. */
  readonly field: string
  /** A sentence for people: `startup probes are not supported by podo yet`. */
  readonly message: string
}

type Report = (at: Path, what: string) => void
const SPEC = Path.of('spec')

/** Whether the value is there and not an empty list or map. */
const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && !(typeof value === 'object' && Object.keys(value).length === 0)

const SOURCE_PATHS: ReadonlySet<string> = new Set([
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
])
const isSubscript = (path: string): boolean => /^metadata\.(?:labels|annotations)\['.*'\]$/s.test(path)

function environment(variables: readonly EnvVar[], at: Path, report: Report): void {
  variables.forEach(({ valueFrom: from }, i) => {
    const here = at.index(i).child('valueFrom')
    if (from?.resourceFieldRef !== undefined)
      report(here.child('resourceFieldRef'), 'resource fields in the environment')
    if (from?.fileKeyRef !== undefined) report(here.child('fileKeyRef'), 'environment variables from files')
    const path = from?.fieldRef?.fieldPath
    if (path !== undefined && !SOURCE_PATHS.has(path) && !isSubscript(path)) {
      report(here.child('fieldRef').child('fieldPath'), `the field ${path} in the environment`)
    }
  })
}

const CONTEXT: ReadonlySet<string> = new Set([
  'runAsUser',
  'runAsGroup',
  'runAsNonRoot',
  'readOnlyRootFilesystem',
  'capabilities',
  'allowPrivilegeEscalation',
  'privileged',
])
const POD_CONTEXT: ReadonlySet<string> = new Set(['runAsUser', 'runAsGroup', 'runAsNonRoot'])

/** Values of the security context that say what happens anyway. */
const IDLE: Readonly<Record<string, (value: unknown) => boolean>> = {
  procMount: (value) => value === 'Default',
  fsGroupChangePolicy: () => true, // decides how fsGroup is applied, which is reported by itself
  supplementalGroupsPolicy: (value) => value === 'Merge',
  seLinuxChangePolicy: () => true,
}

function context(
  of: SecurityContext | PodSpec['securityContext'],
  able: ReadonlySet<string>,
  at: Path,
  report: Report,
): void {
  for (const [field, value] of Object.entries({ ...of })) {
    if (!isGiven(value) || able.has(field) || IDLE[field]?.(value) === true) continue
    report(at.child(field), `securityContext.${field}`)
  }
}

function probe(of: Probe | undefined, at: Path, report: Report): void {
  if (of === undefined) return
  if (of.grpc !== undefined) report(at.child('grpc'), 'gRPC probes')
}

const RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory'])

function resources(of: Container['resources'] | undefined, at: Path, report: Report): void {
  for (const list of ['limits', 'requests'] as const) {
    for (const name of Object.keys(of?.[list] ?? {})) {
      if (!RESOURCES.has(name)) report(at.child(list).key(name), `the resource ${name}`)
    }
  }
  if (isGiven(of?.claims)) report(at.child('claims'), 'resource claims')
}

function container(of: Container | EphemeralContainer, init: boolean, at: Path, report: Report): void {
  if (init && of.restartPolicy === 'Always') report(at.child('restartPolicy'), 'sidecar containers')
  else if (of.restartPolicy !== undefined) report(at.child('restartPolicy'), "a container's own restart policy")
  if (isGiven(of.restartPolicyRules)) report(at.child('restartPolicyRules'), 'restart rules by exit code')
  of.ports?.forEach(({ hostPort }, i) => {
    if (hostPort) report(at.child('ports').index(i).child('hostPort'), 'ports of the machine')
  })
  if (of.env !== undefined) environment(of.env, at.child('env'), report)
  resources(of.resources, at.child('resources'), report)
  if (isGiven(of.volumeMounts)) report(at.child('volumeMounts'), 'volumes')
  if (isGiven(of.volumeDevices)) report(at.child('volumeDevices'), 'block devices')
  probe(of.livenessProbe, at.child('livenessProbe'), report)
  probe(of.readinessProbe, at.child('readinessProbe'), report)
  if (of.startupProbe !== undefined) report(at.child('startupProbe'), 'startup probes')
  if (isGiven(of.lifecycle)) report(at.child('lifecycle'), 'lifecycle hooks')
  if (of.terminationMessagePath !== undefined && of.terminationMessagePath !== '/dev/termination-log') {
    report(at.child('terminationMessagePath'), 'termination messages at another path')
  }
  for (const field of ['stdin', 'tty'] as const) {
    if (of[field] === true) report(at.child(field), `${field} of a container`)
  }
  context(of.securityContext, CONTEXT, at.child('securityContext'), report)
}

/** Fields of the Pod itself: what it is called, and whether a value asks for anything. */
const POD: Readonly<Partial<Record<keyof PodSpec, readonly [what: string, asks?: (value: unknown) => boolean]>>> = {
  volumes: ['volumes'],
  ephemeralContainers: ['ephemeral containers'],
  activeDeadlineSeconds: ['a deadline of the Pod'],
  hostNetwork: ["the machine's network", (value) => value === true],
  hostPID: ["the machine's processes", (value) => value === true],
  hostIPC: ["the machine's IPC", (value) => value === true],
  hostUsers: ['user namespaces', (value) => value === false],
  shareProcessNamespace: ['a shared process namespace', (value) => value === true],
  imagePullSecrets: ['secrets for pulling images'],
  hostname: ['a hostname'],
  subdomain: ['a subdomain'],
  hostnameOverride: ['a hostname'],
  setHostnameAsFQDN: ['a fully qualified hostname', (value) => value === true],
  hostAliases: ['entries in /etc/hosts'],
  dnsConfig: ['DNS settings of a Pod'],
  dnsPolicy: ['this DNS policy', (value) => value === 'None'],
  readinessGates: ['readiness gates'],
  runtimeClassName: ['runtime classes'],
  os: ['Pods of another operating system', (value) => JSON.stringify(value) !== '{"name":"linux"}'],
  resourceClaims: ['resource claims'],
  resources: ['resources of the Pod as a whole'],
  overhead: ['overhead of a runtime'],
}

/** Everything that the agent would have to leave out, in the order of the fields; empty for a Pod that it can run. */
export function unsupportedByAgent({ spec }: Pick<Pod, 'spec'>): Unsupported[] {
  const found: Unsupported[] = []
  const report: Report = (at, what) =>
    void found.push({ field: at.toString(), message: `${what} (${at}) cannot be run by podo's agent yet` })
  spec.initContainers?.forEach((of, i) => container(of, true, SPEC.child('initContainers').index(i), report))
  spec.containers?.forEach((of, i) => container(of, false, SPEC.child('containers').index(i), report))
  for (const [field, rule] of Object.entries(POD)) {
    const value: unknown = spec[field as keyof PodSpec] // the keys of POD are fields of a PodSpec
    const [what, asks = () => true] = rule
    if (isGiven(value) && value !== '' && asks(value)) report(SPEC.child(field), what)
  }
  context(spec.securityContext, POD_CONTEXT, SPEC.child('securityContext'), report)
  return found
}
