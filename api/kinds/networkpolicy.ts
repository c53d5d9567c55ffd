import {
  Path,
  type FieldError,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../meta/field-error.ts'
import { cidrErrors, contains, parseCidr } from '../meta/ip.ts'
import { portErrors } from '../meta/names.ts'
import { labelSelectorErrors } from '../meta/selector.ts'
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { cidrWarnings } from './ip-warnings.ts'
import { portOrNameErrors } from './numbers.ts'

/** NetworkPolicies: pkg/registry/networking/networkpolicy and pkg/apis/networking/validation. */

const SPEC = Path.of('spec')
const PROTOCOLS = ['TCP', 'UDP', 'SCTP']
const TYPES = ['Ingress', 'Egress']

function portRules({ protocol, port, endPort }: NetworkPolicyPort, at: Path): FieldError[] {
  const errors: FieldError[] = []
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    errors.push(notSupported(at.child('protocol'), protocol, PROTOCOLS))
  }
  const end = at.child('endPort')
  if (port === undefined) {
    const why = 'may not be specified when `port` is not specified'
    return endPort === undefined ? errors : [...errors, invalidValue(end, endPort, why)]
  }
  if (typeof port === 'string') {
    const why = 'may not be specified when `port` is non-numeric'
    if (endPort !== undefined) errors.push(invalidValue(end, endPort, why))
    return [...errors, ...portOrNameErrors(port, at.child('port'))]
  }
  errors.push(...portOrNameErrors(port, at.child('port')))
  if (endPort === undefined) return errors
  // The first port is quoted, not the last.
  if (endPort < port) errors.push(invalidValue(end, port, 'must be greater than or equal to `port`'))
  return [...errors, ...eachInvalid(end, endPort, portErrors(endPort))]
}

/** What an update does not judge again. */
interface Old {
  readonly cidrs: ReadonlySet<string>
  readonly anyLabelValue: boolean
}
const NOTHING: Old = { cidrs: new Set(), anyLabelValue: false }

function blockErrors({ cidr = '', except = [] }: IPBlock, at: Path, { cidrs }: Old): FieldError[] {
  if (cidr === '') return [required(at.child('cidr'))]
  const fresh = (text: string, here: Path): FieldError[] => (cidrs.has(text) ? [] : cidrErrors(here, text))
  const errors = fresh(cidr, at.child('cidr'))
  const whole = parseCidr(cidr)
  if (whole === undefined) return errors
  return [
    ...errors,
    ...except.flatMap((text, i) => {
      const here = at.child('except').index(i)
      const part = parseCidr(text)
      const isInside = part === undefined || (contains(whole, part.ip) && whole.prefix < part.prefix)
      return [
        ...fresh(text, here),
        ...(isInside ? [] : [invalidValue(here, text, 'must be a strict subset of `cidr`')]),
      ]
    }),
  ]
}

function peerErrors({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, at: Path, old: Old): FieldError[] {
  const errors = [
    ...labelSelectorErrors(podSelector, at.child('podSelector'), old),
    ...labelSelectorErrors(namespaceSelector, at.child('namespaceSelector'), old),
    ...(ipBlock === undefined ? [] : blockErrors(ipBlock, at.child('ipBlock'), old)),
  ]
  const selects = podSelector !== undefined || namespaceSelector !== undefined
  if (ipBlock === undefined && !selects) return [...errors, required(at, 'must specify a peer')]
  if (ipBlock === undefined || !selects) return errors
  return [...errors, forbidden(at, 'may not specify both ipBlock and another peer')]
}

interface Direction {
  readonly at: Path
  readonly ports: readonly NetworkPolicyPort[]
  readonly peers: readonly NetworkPolicyPeer[]
  readonly peersAt: Path
}

function directions({ spec = { podSelector: {} } }: NetworkPolicy): Direction[] {
  const made = (at: Path, field: string, ports?: NetworkPolicyPort[], peers?: NetworkPolicyPeer[]): Direction => ({
    at,
    ports: ports ?? [],
    peers: peers ?? [],
    peersAt: at.child(field),
  })
  return [
    ...(spec.ingress ?? []).map(({ ports, from }, i) => made(SPEC.child('ingress').index(i), 'from', ports, from)),
    ...(spec.egress ?? []).map(({ ports, to }, i) => made(SPEC.child('egress').index(i), 'to', ports, to)),
  ]
}

function errorsOf(policy: NetworkPolicy, old: Old): FieldError[] {
  const { podSelector, policyTypes = [] } = policy.spec ?? {}
  const errors = labelSelectorErrors(podSelector, SPEC.child('podSelector'), old)
  for (const { at, ports, peers, peersAt } of directions(policy)) {
    errors.push(...ports.flatMap((port, i) => portRules(port, at.child('ports').index(i))))
    errors.push(...peers.flatMap((peer, i) => peerErrors(peer, peersAt.index(i), old)))
  }
  const at = SPEC.child('policyTypes')
  if (policyTypes.length > TYPES.length) {
    return [...errors, invalidValue(at, policyTypes, 'may not specify more than two policyTypes')]
  }
  const strange = policyTypes.flatMap((type, i) =>
    TYPES.includes(type) ? [] : [notSupported(at.index(i), type, TYPES)],
  )
  return [...errors, ...strange]
}

const blocks = (policy: NetworkPolicy): { block: IPBlock; at: Path }[] =>
  directions(policy).flatMap(({ peers, peersAt }) =>
    peers.flatMap(({ ipBlock }, i) =>
      ipBlock === undefined ? [] : [{ block: ipBlock, at: peersAt.index(i).child('ipBlock') }],
    ),
  )

const oldOf = (policy: NetworkPolicy): Old => ({
  cidrs: new Set(blocks(policy).flatMap(({ block: { cidr, except = [] } }) => [cidr, ...except])),
  anyLabelValue: labelSelectorErrors(policy.spec?.podSelector, SPEC).length > 0,
})

const warn = (policy: NetworkPolicy): string[] =>
  blocks(policy).flatMap(({ block: { cidr, except = [] }, at }) => [
    ...cidrWarnings(at.child('cidr'), cidr),
    ...except.flatMap((text, i) => cidrWarnings(at.child('except').index(i), text)),
  ])

export const networkpolicies = declare<NetworkPolicy>('networkpolicies.networking.k8s.io', {
  validate: (policy, { operation }) => (operation === 'create' ? errorsOf(policy, NOTHING) : []),
  validateUpdate: (policy, old) => errorsOf(policy, oldOf(old)),
  warn,
})
