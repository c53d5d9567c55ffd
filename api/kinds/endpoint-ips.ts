import { type At, type FieldError, invalidValue } from '../meta/field-error.ts'
import { type Ip, parseIp } from '../meta/ip.ts'

const top = ({ version, bits }: Ip, width: number): bigint => bits >> BigInt((version === 4 ? 32 : 128) - width)

/** The low four bits of the second byte say how far an IPv6 multicast address reaches; 2 is the link. */
const isLinkMulticast = (ip: Ip): boolean =>
  ip.version === 4 ? top(ip, 24) === 0xe00000n : (top(ip, 16) & 0xff0fn) === 0xff02n

/**
 * `ValidateEndpointIP` of pkg/apis/core/validation: addresses that no other machine can reach. Of Endpoints, of
 * EndpointSlices and of the external IPs of Services.
 */
export function endpointIpErrors(at: At, text: string): FieldError[] {
  const ip = parseIp(text)
  if (ip === undefined) return [invalidValue(at, text, 'must be a valid IP address')]
  const four = ip.version === 4
  const errors: FieldError[] = []
  if (ip.bits === 0n) errors.push(invalidValue(at, text, `may not be unspecified (${text})`))
  if (four ? top(ip, 8) === 127n : ip.bits === 1n) {
    errors.push(invalidValue(at, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'))
  }
  if (four ? top(ip, 16) === 0xa9fen : top(ip, 10) === 0xfe80n >> 6n) {
    errors.push(invalidValue(at, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'))
  }
  if (isLinkMulticast(ip)) {
    errors.push(invalidValue(at, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'))
  }
  return errors
}
