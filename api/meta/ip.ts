import { type At, type FieldError, invalidValue } from './field-error.ts'
import { goQuote } from './go-text.ts'

/** IP addresses and CIDRs as Go's net and net/netip read them. */
export interface Ip {
  readonly version: 4 | 6
  readonly bits: bigint
  /** Written as `::ffff:10.0.0.1`; Go treats it as the IPv4 address. */
  readonly mapped: boolean
  /** An octet has a leading zero, which only the sloppy parser accepts. */
  readonly zeros: boolean
}

function parse4(text: string): { bits: bigint; zeros: boolean } | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (match === null) return undefined
  let bits = 0n
  let zeros = false
  for (const octet of match.slice(1)) {
    if (Number(octet) > 255) return undefined
    if (octet.length > 1 && octet.startsWith('0')) zeros = true
    bits = (bits << 8n) | BigInt(octet)
  }
  return { bits, zeros }
}

/** The sixteen-bit groups of a piece between the ends of an address and `::`, an IPv4 tail as two of them. */
function groups(text: string): { values: bigint[]; zeros: boolean } | undefined {
  if (text === '') return { values: [], zeros: false }
  const parts = text.split(':')
  const values: bigint[] = []
  let zeros = false
  for (const [i, part] of parts.entries()) {
    if (part.includes('.') && i === parts.length - 1) {
      const tail = parse4(part)
      if (tail === undefined) return undefined
      values.push(tail.bits >> 16n, tail.bits & 0xffffn)
      zeros = tail.zeros
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined
      values.push(BigInt(`0x${part}`))
    }
  }
  return { values, zeros }
}

function parse6(text: string): Ip | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groups(halves[0] ?? '')
  const tail = groups(halves[1] ?? '')
  if (head === undefined || tail === undefined) return undefined
  if (halves.length === 2 && halves[0]?.includes('.')) return undefined
  const missing = 8 - head.values.length - tail.values.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const all = [...head.values, ...Array<bigint>(missing).fill(0n), ...tail.values]
  const bits = all.reduce((sum, group) => (sum << 16n) | group, 0n)
  const zeros = head.zeros || tail.zeros
  if (bits >> 32n === 0xffffn) return { version: 4, bits: bits & 0xffffffffn, mapped: true, zeros }
  return { version: 6, bits, mapped: false, zeros }
}

/** netutils.ParseIPSloppy. */
export function parseIp(text: string): Ip | undefined {
  if (text.includes(':')) return parse6(text)
  const four = parse4(text)
  return four === undefined ? undefined : { version: 4, mapped: false, ...four }
}

export const isIp = (text: string): boolean => parseIp(text) !== undefined

function text6(bits: bigint): string {
  const values = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(112 - 16 * i)) & 0xffffn))
  let best = { at: -1, length: 1 }
  for (let at = 0; at < 8; at++) {
    let length = 0
    while (at + length < 8 && values[at + length] === 0) length++
    if (length > best.length) best = { at, length }
  }
  const hex = (part: number[]): string => part.map((value) => value.toString(16)).join(':')
  if (best.at < 0) return hex(values)
  return `${hex(values.slice(0, best.at))}::${hex(values.slice(best.at + best.length))}`
}

/** The canonical text (RFC 5952), `net.IP.String`. */
export function ipText(ip: Pick<Ip, 'version' | 'bits'>): string {
  if (ip.version === 6) return text6(ip.bits)
  return [24n, 16n, 8n, 0n].map((shift) => (ip.bits >> shift) & 0xffn).join('.')
}

export interface Cidr {
  readonly ip: Ip
  /** Length of the prefix in bits of the address' own version. */
  readonly prefix: number
  /** Beyond the prefix every bit is zero. */
  readonly masked: boolean
  readonly zeros: boolean
}

const width = (ip: Ip): number => (ip.version === 4 ? 32 : 128)

/** netutils.ParseCIDRSloppy. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(\d{1,4})$/.exec(text)
  if (match === null) return undefined
  const ip = parseIp(match[1] ?? '')
  const given = match[2] ?? ''
  if (ip === undefined) return undefined
  const prefix = Number(given) - (ip.mapped ? 96 : 0)
  if (prefix < 0 || prefix > width(ip)) return undefined
  const host = (1n << BigInt(width(ip) - prefix)) - 1n
  return { ip, prefix, masked: (ip.bits & host) === 0n, zeros: ip.zeros || (given.length > 1 && given.startsWith('0')) }
}

/** Whether the address lies in the network. */
export function contains(network: Cidr, ip: Ip): boolean {
  if (network.ip.version !== ip.version) return false
  const shift = BigInt(width(ip) - network.prefix)
  return network.ip.bits >> shift === ip.bits >> shift
}

const IP_WRONG = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
const CIDR_WRONG = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

/** `IsValidIPForLegacyField` with StrictIPCIDRValidation on. */
export function ipErrors(at: At, text: string): FieldError[] {
  const ip = parseIp(text)
  if (ip === undefined) return [invalidValue(at, text, IP_WRONG)]
  return [
    ...(ip.zeros ? [invalidValue(at, text, 'must not have leading 0s')] : []),
    ...(ip.mapped && !ip.zeros ? [invalidValue(at, text, 'must not be an IPv4-mapped IPv6 address')] : []),
  ]
}

/** `IsValidIP`: canonical too. */
export function canonicalIpErrors(at: At, text: string): FieldError[] {
  const errors = ipErrors(at, text)
  const ip = parseIp(text)
  if (errors.length > 0 || ip === undefined || ipText(ip) === text) return errors
  return [invalidValue(at, text, `must be in canonical form (${goQuote(ipText(ip))})`)]
}

/** `IsValidCIDRForLegacyField` with StrictIPCIDRValidation on. */
export function cidrErrors(at: At, text: string): FieldError[] {
  const cidr = parseCidr(text)
  if (cidr === undefined) return [invalidValue(at, text, CIDR_WRONG)]
  if (cidr.zeros) return [invalidValue(at, text, 'must not have leading 0s in IP or prefix length')]
  if (cidr.ip.mapped) return [invalidValue(at, text, 'must not have an IPv4-mapped IPv6 address')]
  return cidr.masked ? [] : [invalidValue(at, text, 'must not have bits set beyond the prefix length')]
}

/** `IsValidCIDR`: canonical too. */
export function canonicalCidrErrors(at: At, text: string): FieldError[] {
  const errors = cidrErrors(at, text)
  const cidr = parseCidr(text)
  if (errors.length > 0 || cidr === undefined) return errors
  const canonical = `${ipText(cidr.ip)}/${cidr.prefix}`
  return canonical === text ? [] : [invalidValue(at, text, `must be in canonical form (${goQuote(canonical)})`)]
}
