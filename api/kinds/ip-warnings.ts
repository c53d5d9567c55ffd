import type { Path } from '../meta/field-error.ts'
import { goQuote } from '../meta/go-text.ts'
import { ipText, parseCidr, parseIp } from '../meta/ip.ts'

/** Warnings about addresses that are valid but not written as they should be (`GetWarningsForIP`). */
export function ipWarnings(at: Path, text: string = ''): string[] {
  const ip = parseIp(text)
  if (ip === undefined) return []
  if (ip.zeros || ip.mapped) {
    return [`${at}: non-standard IP address ${goQuote(text)} is invalid: use ${goQuote(ipText(ip))}`]
  }
  if (ip.version === 4 || ipText(ip) === text) return []
  return [`${at}: IPv6 address ${goQuote(text)} should be in RFC 5952 canonical format (${goQuote(ipText(ip))})`]
}

/** `GetWarningsForCIDR`. */
export function cidrWarnings(at: Path, text: string): string[] {
  const cidr = parseCidr(text)
  if (cidr === undefined) return []
  const { ip, prefix, masked, zeros } = cidr
  const bits = ip.version === 4 ? 32 : 128
  const shift = BigInt(bits - prefix)
  const network = `${ipText({ version: ip.version, bits: (ip.bits >> shift) << shift })}/${prefix}`
  const warnings: string[] = []
  if (!masked) {
    const single = `${ipText(ip)}/${bits}`
    const choice = `should be ${goQuote(network)} or ${goQuote(single)}?`
    warnings.push(`${at}: CIDR value ${goQuote(text)} is ambiguous in this context (${choice})`)
  }
  if (zeros || ip.mapped) {
    warnings.push(`${at}: non-standard CIDR value ${goQuote(text)} is invalid: use ${goQuote(network)}`)
  }
  const canonical = `${ipText(ip)}/${prefix}`
  if (warnings.length === 0 && ip.version === 6 && canonical !== text) {
    const why = `should be in RFC 5952 canonical format (${goQuote(canonical)})`
    warnings.push(`${at}: IPv6 CIDR value ${goQuote(text)} ${why}`)
  }
  return warnings
}
