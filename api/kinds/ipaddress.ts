import { Path, type FieldError, eachInvalid, invalidValue, required } from '../meta/field-error.ts'
import { canonicalIpErrors } from '../meta/ip.ts'
import { dnsSubdomainErrors, pathSegmentErrors } from '../meta/names.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { IPAddress, ParentReference } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { same } from './same.ts'
import { segmentErrors } from './typed-reference.ts'

/** IPAddresses: pkg/apis/networking/validation. */

const PARENT = Path.of('spec').child('parentRef')

function parentErrors(parent: ParentReference | undefined): FieldError[] {
  if (parent === undefined) return [required(PARENT)]
  const { group = '', resource, name, namespace = '' } = parent
  return [
    ...(group === '' ? [] : eachInvalid(PARENT.child('group'), group, dnsSubdomainErrors(group))),
    ...segmentErrors(PARENT.child('resource'), resource),
    ...segmentErrors(PARENT.child('name'), name),
    ...(namespace === '' ? [] : eachInvalid(PARENT.child('namespace'), namespace, pathSegmentErrors(namespace))),
  ]
}

/** As Go prints the internal type. */
const printed = (parent: ParentReference | undefined): object | null =>
  parent === undefined
    ? null
    : {
        Group: parent.group ?? '',
        Resource: parent.resource ?? '',
        Namespace: parent.namespace ?? '',
        Name: parent.name ?? '',
      }

export const ipaddresses = declare<IPAddress>('ipaddresses.networking.k8s.io', {
  // The name is the address; a generated one never is.
  validateName: (name) => canonicalIpErrors('', name).map(({ detail }) => detail),
  validate: ({ spec }, { operation }) => (operation === 'create' ? parentErrors(spec?.parentRef) : []),
  validateUpdate: ({ spec }, old) =>
    same(printed(spec?.parentRef), printed(old.spec?.parentRef))
      ? []
      : [invalidValue(PARENT, printed(spec?.parentRef), IMMUTABLE)],
})
