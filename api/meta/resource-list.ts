import { addQuantity, compareQuantity, formatQuantity, isZero, parseQuantity, type Quantity } from './quantity.ts'

/**
 * Amounts by resource name, added and compared exactly: pkg/quota/v1/resources.go of k8s.io/apiserver.
 * What an object holds is text (`{ cpu: '100m' }`); this is the same, parsed.
 */
export type Amounts = ReadonlyMap<string, Quantity>
/** A `v1.ResourceList` as objects hold it. */
export type ResourceList = Readonly<Record<string, string | number>>

export const NOTHING: Amounts = new Map()
export const ZERO: Quantity = { digits: 0n, scale: 0, format: 'DecimalSI' }
export const count = (of: number): Quantity => ({ digits: BigInt(of), scale: 0, format: 'DecimalSI' })

/** Decoding has refused what is no quantity. */
export const amountsOf = (list: ResourceList | undefined): Amounts =>
  list === undefined
    ? NOTHING
    : new Map(Object.entries(list).map(([name, text]) => [name, parseQuantity(String(text))]))

/** Back to text, in order of name. */
export const listOf = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries([...amounts.keys()].sort().map((name) => [name, formatQuantity(amounts.get(name) ?? ZERO)]))

function combined(a: Amounts, b: Amounts, how: (x: Quantity, y: Quantity) => Quantity): Amounts {
  if (b.size === 0) return a
  const result = new Map(a)
  for (const [name, y] of b) {
    const x = result.get(name)
    result.set(name, x === undefined ? y : how(x, y))
  }
  return result
}

/** What only one of them has is taken as it is. */
export const plus = (a: Amounts, b: Amounts): Amounts => combined(a, b, addQuantity)
export const larger = (a: Amounts, b: Amounts): Amounts => combined(a, b, (x, y) => (compareQuantity(x, y) < 0 ? y : x))

const negated = ({ digits, scale, format }: Quantity): Quantity => ({ digits: -digits, scale, format })

/** `a - b`; what only `b` has is negative. */
export const minus = (a: Amounts, b: Amounts): Amounts =>
  plus(a, new Map([...b].map(([name, amount]) => [name, negated(amount)])))

/** Only these names. */
export const only = (amounts: Amounts, names: (name: string) => boolean): Amounts =>
  new Map([...amounts].filter(([name]) => names(name)))

export const withoutZeros = (amounts: Amounts): Amounts => new Map([...amounts].filter(([, amount]) => !isZero(amount)))

/** `cpu=1,memory=1Gi`, in order of name, as refusals print it. */
export const printed = (amounts: Amounts): string =>
  Object.entries(listOf(amounts))
    .map(([name, text]) => `${name}=${text}`)
    .join(',')
