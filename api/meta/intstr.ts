import { goQuote } from './go-text.ts'
import { percentErrors } from './names.ts'

/** intstr.IntOrString: `5` or `"25%"`. https://pkg.go.dev/k8s.io/apimachinery/pkg/util/intstr */
export type IntOrString = number | string

/** Whether it is a percentage by its form. */
export const isPercent = (value: IntOrString): value is string =>
  typeof value === 'string' && percentErrors(value).length === 0

/**
 * The number that it stands for out of `total` (`GetScaledValueFromIntOrPercent`). A percentage is rounded up for surge and
 * down for unavailable. Throws on a text that is no percentage, with Go's message.
 */
export function resolve(value: IntOrString, total: number, rounding: 'up' | 'down'): number {
  if (typeof value === 'number') return value
  if (!value.endsWith('%')) throw new Error('invalid value for IntOrString: invalid type: string is not a percentage')
  if (!/^[-+]?\d+%$/.test(value)) {
    const digits = value.slice(0, -1)
    const reason = `strconv.Atoi: parsing ${goQuote(digits)}: invalid syntax`
    throw new Error(`invalid value for IntOrString: invalid value ${goQuote(value)}: ${reason}`)
  }
  const exact = (Number(value.slice(0, -1)) * total) / 100
  return rounding === 'up' ? Math.ceil(exact) : Math.floor(exact)
}
