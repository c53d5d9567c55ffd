import { badRequest } from '../../api/meta/failures.ts'
import { goQuote } from '../../api/meta/go-text.ts'
import { queryFlag } from '../guard/request-info.ts'

/** A query as Go's `url.ParseQuery` reads it: a pair that holds a `;` is dropped, which Kubernetes ignores silently. */
export function goQuery(url: URL): URLSearchParams {
  if (url.search === '') return new URLSearchParams()
  const pairs = url.search.replace(/^\?/, '').split('&')
  return new URLSearchParams(pairs.filter((pair) => !pair.includes(';')).join('&'))
}

/** An integer of a query, or undefined where it is absent or empty. Throws 400 with Go's text. */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^[-+]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`)
  const value = Number(text)
  if (!Number.isSafeInteger(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: value out of range`)
  }
  return value
}

/** A boolean of a query, undefined where absent: only `false` and `0` are false. */
export function booleanOf(query: URLSearchParams, name: string): boolean | undefined {
  const values = query.getAll(name)
  return values.length === 0 ? undefined : queryFlag(values)
}
