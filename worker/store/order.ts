import type { Key } from './store.ts'

/**
 * SQLite's and etcd's order of texts: by bytes of UTF-8, which is by code points. JavaScript's `<` differs only where
 * a surrogate pair meets a character above U+D7FF.
 */
export function compareTexts(a: string, b: string): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (left !== right) return weigh(left) - weigh(right)
  }
  return a.length - b.length
}

/** Surrogates, which stand for code points above U+FFFF, above all other units. */
const weigh = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)

type Place = Pick<Key, 'namespace' | 'name'>

/** The order of lists: by namespace, then by name. */
export const comparePlaces = (a: Place, b: Place): number =>
  compareTexts(a.namespace, b.namespace) || compareTexts(a.name, b.name)
