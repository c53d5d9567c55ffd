import { Path, type FieldError, eachInvalid, notSupported, required } from '../meta/field-error.ts'
import { ipErrors } from '../meta/ip.ts'
import { dnsLabelErrors, portErrors, qualifiedNameErrors, subdomainName } from '../meta/names.ts'
import type { EndpointPort, EndpointAddress, EndpointSubset, Endpoints } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { endpointIpErrors } from './endpoint-ips.ts'
import { repacked } from './endpoint-subsets.ts'
import { ipWarnings } from './ip-warnings.ts'
import { same } from './same.ts'

/** Endpoints: pkg/registry/core/endpoint and `ValidateEndpoints` of pkg/apis/core/validation. */

const SUBSETS = Path.of('subsets')
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

function addressErrors({ ip = '', hostname = '', nodeName }: EndpointAddress, at: Path): FieldError[] {
  return [
    ...ipErrors(at.child('ip'), ip),
    ...(hostname === '' ? [] : eachInvalid(at.child('hostname'), hostname, dnsLabelErrors(hostname))),
    ...(nodeName === undefined ? [] : eachInvalid(at.child('nodeName'), nodeName, subdomainName(nodeName, false))),
    ...endpointIpErrors(at.child('ip'), ip),
  ]
}

function portRules(port: EndpointPort, isOneOfMany: boolean, at: Path): FieldError[] {
  const { name = '', protocol = '', appProtocol } = port
  const number = port.port ?? 0
  const errors: FieldError[] = []
  if (name !== '') errors.push(...eachInvalid(at.child('name'), name, dnsLabelErrors(name)))
  else if (isOneOfMany) errors.push(required(at.child('name')))
  errors.push(...eachInvalid(at.child('port'), number, portErrors(number)))
  if (protocol === '') errors.push(required(at.child('protocol')))
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(at.child('protocol'), protocol, PROTOCOLS))
  if (appProtocol !== undefined) {
    errors.push(...eachInvalid(at.child('appProtocol'), appProtocol, qualifiedNameErrors(appProtocol)))
  }
  return errors
}

function subsetErrors({ addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset, i: number): FieldError[] {
  const at = SUBSETS.index(i)
  return [
    ...(addresses.length + notReadyAddresses.length === 0
      ? [required(at, 'must specify `addresses` or `notReadyAddresses`')]
      : []),
    ...addresses.flatMap((address, j) => addressErrors(address, at.child('addresses').index(j))),
    ...notReadyAddresses.flatMap((address, j) => addressErrors(address, at.child('notReadyAddresses').index(j))),
    ...ports.flatMap((port, j) => portRules(port, ports.length > 1, at.child('ports').index(j))),
  ]
}

const errorsOf = ({ subsets = [] }: Endpoints): FieldError[] => subsets.flatMap(subsetErrors)

const warn = ({ subsets = [] }: Endpoints): string[] =>
  subsets.flatMap(({ addresses = [], notReadyAddresses = [] }, i) => {
    const at = SUBSETS.index(i)
    return [
      ...addresses.flatMap(({ ip }, j) => ipWarnings(at.child('addresses').index(j).child('ip'), ip)),
      ...notReadyAddresses.flatMap(({ ip }, j) => ipWarnings(at.child('notReadyAddresses').index(j).child('ip'), ip)),
    ]
  })

export const endpoints = declare<Endpoints>('endpoints', {
  deprecated: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  validate: (object, { operation }) => (operation === 'create' ? errorsOf(object) : []),
  // Subsets from before the rules were tightened may stay as they are.
  validateUpdate: (object, old) => (same(object.subsets, old.subsets) ? [] : errorsOf(object)),
  canonicalize(object) {
    const { subsets, ...rest } = object
    return subsets === undefined ? object : { ...rest, subsets: repacked(subsets) }
  },
  warn,
})
