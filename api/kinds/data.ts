/** What ConfigMaps and Secrets share. */

/** `core.MaxSecretSize`: bytes of all values together. */
export const MAX_DATA = 1048576

/** What an immutable ConfigMap or Secret answers to a change. */
export const FROZEN = 'field is immutable when `immutable` is set'

/** Bytes that a canonical base64 text stands for; a value that is null in Go has none. */
export function base64Length(text: string | null): number {
  if (text === null) return 0
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return (text.length / 4) * 3 - padding
}
