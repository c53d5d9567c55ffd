import { byteLength } from '../../api/meta/go-text.ts'

/** `FieldManagerMaxLength` of apimachinery's validation. */
const MOST_BYTES = 128
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** `managerOrUserAgent` of k8s.io/apiserver: the parameter, or the client's name up to its version. */
export function fieldManagerOf(query: URLSearchParams, userAgent: string | undefined): string {
  const named = query.get('fieldManager') ?? ''
  if (named !== '') return named
  let manager = ''
  let size = 0
  for (const rune of (userAgent ?? '').split('/')[0] ?? '') {
    if (!PRINTABLE.test(rune)) continue
    size += byteLength(rune)
    if (size > MOST_BYTES) break
    manager += rune
  }
  return manager
}
