import { byteLength } from './go-text.ts'

/**
 * Checks of names. Each returns the messages of what is wrong, none for a good name.
 * Models: k8s.io/apimachinery/pkg/util/validation and .../api/validate/content.
 */

function shape(message: string, pattern: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ')
  const before = shown === '' ? '(' : `(e.g. ${shown}`
  return `${message} ${before}regex used for validation is '${pattern}')`
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const WILDCARD = `\\*\\.${SUBDOMAIN}`
const UNDERSCORED = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const UNDERSCORED_SUBDOMAIN = `${UNDERSCORED}(\\.${UNDERSCORED})*`
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const VALUE = `(${KEY})?`
const CONFIG_KEY = '[-._a-zA-Z0-9]+'
const PERCENT = '[0-9]+%'
const HEADER = '[-A-Za-z0-9]+'
const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`)

/** The same languages without the nested repetition of the published patterns, whose backtracking a client could abuse. */
const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const isSubdomain = (text: string): boolean => text.split('.').every((part) => label.test(part))
const underscored = /^_?[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?$/
const key = whole(KEY)
const configKey = whole(CONFIG_KEY)

const ALNUM = 'and must start and end with an alphanumeric character'
const LABEL_WRONG = shape(
  `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', ${ALNUM}`,
  LABEL,
  'my-name',
  '123-abc',
)
const SUBDOMAIN_WRONG = shape(
  `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', ${ALNUM}`,
  SUBDOMAIN,
  'example.com',
)
const WILDCARD_WRONG = shape(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  WILDCARD,
  '*.example.com',
)
const UNDERSCORED_WRONG = shape(
  `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', ${ALNUM}`,
  UNDERSCORED_SUBDOMAIN,
  'example.com',
)
const LABEL_1035_WRONG = shape(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  LABEL_1035,
  'my-name',
  'abc-123',
)
const KEY_WRONG = shape(
  `must consist of alphanumeric characters, '-', '_' or '.', ${ALNUM}`,
  KEY,
  'MyName',
  'my.name',
  '123-abc',
)
const VALUE_WRONG = shape(
  `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', ${ALNUM}`,
  VALUE,
  'MyValue',
  'my_value',
  '12345',
)
const CONFIG_KEY_WRONG = shape(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  CONFIG_KEY,
  'key.name',
  'KEY_NAME',
  'key-name',
)
const PERCENT_WRONG = shape(
  "a valid percent string must be a numeric string followed by an ending '%'",
  PERCENT,
  '1%',
  '93%',
)
const HEADER_WRONG = shape(
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  HEADER,
  'X-Header-Name',
)
const ENV_WRONG = "a valid environment variable name must consist only of printable ASCII characters other than '='"

/** `unicode.IsPrint`, near enough: letters, marks, numbers, punctuation, symbols and the plain space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

const NONE: readonly string[] = []
type Messages = readonly string[]

/** `util/validation` counts in characters where `validate/content` counts in bytes: only the word differs. */
const tooLong = (text: string, max: number, unit: 'characters' | 'bytes' = 'characters'): Messages =>
  text.length <= max / 3 || byteLength(text) <= max ? NONE : [`must be no more than ${max} ${unit}`]

const check = (long: Messages, good: boolean, wrong: string): Messages => {
  if (good) return long
  return long.length === 0 ? [wrong] : [...long, wrong]
}

/** DNS label of RFC 1123, ≤ 63: containers, volumes, namespaces, Services. */
export function dnsLabelErrors(name: string): Messages {
  const good = label.test(name)
  return check(tooLong(name, 63), good, !good && isSubdomain(name) ? 'must not contain dots' : LABEL_WRONG)
}

/** DNS subdomain of RFC 1123, ≤ 253: most names. `unit`: see `tooLong`. */
export const dnsSubdomainErrors = (name: string, unit: 'characters' | 'bytes' = 'characters'): Messages =>
  check(tooLong(name, 253, unit), isSubdomain(name), SUBDOMAIN_WRONG)

/** `*.example.com`: hosts of Ingresses. */
export const wildcardSubdomainErrors = (name: string): Messages =>
  check(tooLong(name, 253), name.startsWith('*.') && isSubdomain(name.slice(2)), WILDCARD_WRONG)

/** A subdomain whose labels may hold underscores: DNS search paths of a Pod. */
export const underscoredSubdomainErrors = (name: string): Messages =>
  check(
    tooLong(name, 253),
    name.split('.').every((part) => underscored.test(part)),
    UNDERSCORED_WRONG,
  )

/** DNS label of RFC 1035, ≤ 63. */
export const dns1035LabelErrors = (name: string): Messages =>
  check(tooLong(name, 63), /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/.test(name), LABEL_1035_WRONG)

/** Label and annotation keys, finalizers, taint keys, extended resources: `[prefix/]name`. */
export function qualifiedNameErrors(text: string): Messages {
  const slash = text.indexOf('/')
  if (slash < 0) return namePartErrors(text)
  if (text.includes('/', slash + 1)) {
    return [`a valid label key ${KEY_WRONG} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const prefix = text.slice(0, slash)
  const messages = prefix === '' ? ['must be non-empty'] : dnsSubdomainErrors(prefix, 'bytes')
  const name = namePartErrors(text.slice(slash + 1))
  return messages.length === 0 ? name : [...messages.map((message) => `prefix part ${message}`), ...name]
}

function namePartErrors(name: string): Messages {
  if (name.length <= 21 && key.test(name)) return NONE
  const length = name === '' ? ['must be non-empty'] : tooLong(name, 63, 'bytes')
  return check(length, key.test(name), KEY_WRONG).map((message) => `name part ${message}`)
}

/** Label values, ≤ 63, may be empty. */
export const labelValueErrors = (text: string): Messages =>
  check(tooLong(text, 63, 'bytes'), text === '' || key.test(text), VALUE_WRONG)

function climbs(text: string): Messages {
  if (text === '.') return ["must not be '.'"]
  if (text === '..') return ["must not be '..'"]
  return text.startsWith('..') ? ["must not start with '..'"] : NONE
}

/** Keys of ConfigMaps and Secrets, ≤ 253. */
export function configKeyErrors(text: string): Messages {
  const messages = check(tooLong(text, 253), configKey.test(text), CONFIG_KEY_WRONG)
  return text.startsWith('.') ? [...messages, ...climbs(text)] : messages
}

/** Environment variables as they are relaxed since 1.34. */
export function envNameErrors(name: string): Messages {
  if (name === '') return ['environment variable name must be non-empty']
  return /^[ -<>-~]*$/.test(name) ? NONE : [ENV_WRONG]
}

export const rangeMessage = (least: number, most: number): string => `must be between ${least} and ${most}, inclusive`

/** 1 to 65535. */
export const portErrors = (port: number): Messages => (port >= 1 && port <= 65535 ? NONE : [rangeMessage(1, 65535)])

/** Names of ports, ≤ 15. */
export function portNameErrors(name: string): Messages {
  if (name.length <= 15 && /^[a-z0-9]+$/.test(name) && /[a-z]/.test(name)) return NONE
  return [
    ...tooLong(name, 15),
    ...(/^[-a-z0-9]+$/.test(name) ? NONE : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(name) ? NONE : ['must contain at least one letter (a-z)']),
    ...(name.includes('--') ? ['must not contain consecutive hyphens'] : NONE),
    ...(name.startsWith('-') || name.endsWith('-') ? ['must not begin or end with a hyphen'] : NONE),
  ]
}

export const percentErrors = (text: string): Messages => (/^[0-9]+%$/.test(text) ? NONE : [PERCENT_WRONG])
export const headerNameErrors = (text: string): Messages => (/^[-A-Za-z0-9]+$/.test(text) ? NONE : [HEADER_WRONG])

/** Users and groups of Linux: 0 to 2^31 − 1. */
export const idErrors = (id: number): Messages => (id >= 0 && id <= 2147483647 ? NONE : [rangeMessage(0, 2147483647)])

/** A name that is one segment of a URL path: no `.`, `..`, `/`, `%`. */
export function pathSegmentErrors(name: string, prefix = false): Messages {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`]
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`)
}

/** generateName ends in a dash that the suffix will follow (`maskTrailingDash`). */
export const maskDash = (name: string): string =>
  name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name

/** Name rules of kinds: `prefix` says that the text is a generateName. */
export const subdomainName = (name: string, prefix: boolean): Messages =>
  dnsSubdomainErrors(prefix ? maskDash(name) : name)
export const labelName = (name: string, prefix: boolean): Messages => dnsLabelErrors(prefix ? maskDash(name) : name)

const code = (rune: string): string => (rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
/** `FieldManagerMaxLength`. */
export const LONGEST_MANAGER = 128

/**
 * Who writes a field must be printable (`ValidateFieldManager`). That it is too long the caller says; what stands behind
 * the limit is not looked at, so that no text makes a million errors.
 */
export function managerNameErrors(name: string): Messages {
  const errors: string[] = []
  let position = 0
  for (const rune of name) {
    if (position >= LONGEST_MANAGER) break
    if (!PRINTABLE.test(rune)) errors.push(`invalid character U+${code(rune)} (at position ${position})`)
    position += byteLength(rune)
  }
  return errors
}
