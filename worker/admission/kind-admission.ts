import type { Plugin } from './plugin.ts'

/** What the kind's own plugins add to a new object (`admit` of its rules). */
export const kindAdmission: Plugin = {
  name: 'KindAdmission',
  admit(object, { operation, kind, subresource }) {
    return operation === 'CREATE' && subresource === '' ? (kind.rules.admit?.(object) ?? object) : object
  },
}
