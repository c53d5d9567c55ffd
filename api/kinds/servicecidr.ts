import { Path, type FieldError, invalidValue, required } from '../meta/field-error.ts'
import { canonicalCidrErrors, parseCidr } from '../meta/ip.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { ServiceCIDR } from '../schema/types.generated.ts'
import { declare } from './declare.ts'

/** ServiceCIDRs: pkg/apis/networking/validation. */

const CIDRS = Path.of('spec').child('cidrs')
const ONE_OF_EACH = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'

function cidrErrors(cidrs: readonly string[]): FieldError[] {
  if (cidrs.length === 0) return [required(CIDRS, 'at least one CIDR required')]
  if (cidrs.length > 2) return [invalidValue(CIDRS, { CIDRs: cidrs }, 'may only hold up to 2 values')]
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.ip.version)
  const isPair = cidrs.length === 2 && first === second && first !== undefined
  return [
    ...cidrs.flatMap((cidr, i) => canonicalCidrErrors(CIDRS.index(i), cidr)),
    ...(isPair ? [invalidValue(CIDRS, cidrs, ONE_OF_EACH)] : []),
  ]
}

/** Ranges stay as they are; a second family may be added. */
function changes(cidrs: readonly string[], old: readonly string[]): FieldError[] {
  const moved = old.flatMap((cidr, i) => (cidr === cidrs[i] ? [] : [invalidValue(CIDRS.index(i), cidrs[i], IMMUTABLE)]))
  if (old.length === cidrs.length) return moved
  if (old.length === 1 && cidrs.length === 2) return [...moved, ...cidrErrors(cidrs)]
  return [invalidValue(CIDRS, cidrs, IMMUTABLE)]
}

export const servicecidrs = declare<ServiceCIDR>('servicecidrs.networking.k8s.io', {
  validate: ({ spec }, { operation }) => (operation === 'create' ? cidrErrors(spec?.cidrs ?? []) : []),
  validateUpdate: ({ spec }, old) => changes(spec?.cidrs ?? [], old.spec?.cidrs ?? []),
  validateStatus: () => [],
})
