/** IPv4 addresses and ranges as numbers. */
export interface Range {
  /** First address. */
  readonly first: number
  /** Last address. */
  readonly last: number
  readonly bits: number
}

export function addressNumber(text: string): number {
  const parts = text.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    throw new Error(`${text} is no IPv4 address`)
  return parts.reduce((number, part) => number * 256 + part, 0)
}

export const addressText = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')

/** `10.244.1.0/24`; an address without bits is a range of one. */
export function parseRange(cidr: string): Range {
  const [address = '', bitsText = '32'] = cidr.split('/')
  const bits = Number(bitsText)
  if (!Number.isInteger(bits) || bits < 0 || bits > 32) throw new Error(`${cidr} is no IPv4 range`)
  const size = 2 ** (32 - bits)
  const first = Math.floor(addressNumber(address) / size) * size
  return { first, last: first + size - 1, bits }
}

export const overlaps = (a: Range, b: Range): boolean => a.first <= b.last && b.first <= a.last

/** The node's own address in its podCIDR: the first. */
export const gatewayOf = (podCIDR: string): string => addressText(parseRange(podCIDR).first + 1)

/** The lowest address that nobody has. The first two (network, node) and the last (broadcast) are never given. */
export function smallestFree(podCIDR: string, taken: ReadonlySet<string>): string | undefined {
  const { first, last } = parseRange(podCIDR)
  for (let number = first + 2; number < last; number += 1) {
    const address = addressText(number)
    if (!taken.has(address)) return address
  }
  return undefined
}
