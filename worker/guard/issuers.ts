import type { Json, JsonObject } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'

/**
 * Issuers of other people's tokens, in the shape of Kubernetes' AuthenticationConfiguration (`jwt`):
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration.
 * What podo cannot do of it is refused by name; `issuer.jwksURL` and `header` are podo's own.
 */
export interface Issuer {
  readonly url: string
  /** Where its openid-configuration stands, if not below `url`. */
  readonly discoveryURL?: string
  /** Where its keys are, for one that has no openid-configuration (Cloudflare Access). */
  readonly jwksURL?: string
  readonly audiences: readonly string[]
  /** A header that carries its token besides Authorization: `Cf-Access-Jwt-Assertion`. */
  readonly header?: string
  readonly username: Mapping
  readonly groups?: Mapping
  /** The claim that holds a user's uid. */
  readonly uid?: string
  /** Claims that must have these values. */
  readonly required: Readonly<Record<string, string>>
}
export interface Mapping {
  readonly claim: string
  readonly prefix: string
}

/** The text of PODO_AUTHENTICATION. Throws an Error whose message names the field that is wrong. */
export function parseIssuers(text: string): Issuer[] {
  const config = objectAt(JSON.parse(text) as Json, 'the configuration') // JSON.parse gives JSON
  known(config, ['apiVersion', 'kind', 'jwt'], '')
  const issuers = arrayAt(config['jwt'] ?? [], 'jwt').map((entry, i) => issuerOf(entry, `jwt[${i}]`))
  const twice = issuers.find(({ url }, i) => issuers.findIndex((other) => other.url === url) !== i)
  if (twice !== undefined) throw new Error(`jwt: the issuer ${twice.url} stands there twice`)
  return issuers
}

function issuerOf(value: Json, at: string): Issuer {
  const entry = objectAt(value, at)
  known(entry, ['issuer', 'claimMappings', 'claimValidationRules', 'header'], at)
  const issuer = objectAt(entry['issuer'] ?? null, `${at}.issuer`)
  known(issuer, ['url', 'discoveryURL', 'jwksURL', 'audiences', 'audienceMatchPolicy'], `${at}.issuer`)
  const policy = issuer['audienceMatchPolicy'] ?? 'MatchAny'
  if (policy !== 'MatchAny' && policy !== '') throw new Error(`${at}.issuer.audienceMatchPolicy: must be MatchAny`)
  const mappings = objectAt(entry['claimMappings'] ?? null, `${at}.claimMappings`)
  known(mappings, ['username', 'groups', 'uid'], `${at}.claimMappings`)
  const audiences = arrayAt(issuer['audiences'] ?? [], `${at}.issuer.audiences`).map((one) =>
    textAt(one, `${at}.issuer.audiences`),
  )
  if (audiences.length === 0) throw new Error(`${at}.issuer.audiences: at least one is required`)
  return {
    url: urlAt(issuer['url'], `${at}.issuer.url`),
    audiences,
    ...optional('discoveryURL', issuer['discoveryURL'], (url) => urlAt(url, `${at}.issuer.discoveryURL`)),
    ...optional('jwksURL', issuer['jwksURL'], (url) => urlAt(url, `${at}.issuer.jwksURL`)),
    ...optional('header', entry['header'], (name) => textAt(name, `${at}.header`).toLowerCase()),
    username: mappingAt(mappings['username'], `${at}.claimMappings.username`),
    ...optional('groups', mappings['groups'], (groups) => mappingAt(groups, `${at}.claimMappings.groups`)),
    ...optional('uid', mappings['uid'], (uid) => claimOf(uid, `${at}.claimMappings.uid`)),
    required: requiredAt(entry['claimValidationRules'] ?? [], `${at}.claimValidationRules`),
  }
}

const optional = <K extends string, T>(
  key: K,
  value: Json | undefined,
  read: (value: Json) => T,
): Partial<Record<K, T>> => (value === undefined ? {} : ({ [key]: read(value) } as Record<K, T>)) // one key, of that name

function mappingAt(value: Json | undefined, at: string): Mapping {
  const mapping = objectAt(value ?? null, at)
  known(mapping, ['claim', 'prefix'], at)
  const { prefix } = mapping
  if (typeof prefix !== 'string') throw new Error(`${at}.prefix: is required when claim is set, and may be ""`)
  return { claim: textAt(mapping['claim'], `${at}.claim`), prefix }
}

function claimOf(value: Json, at: string): string {
  const mapping = objectAt(value, at)
  known(mapping, ['claim'], at)
  return textAt(mapping['claim'], `${at}.claim`)
}

function requiredAt(value: Json, at: string): Record<string, string> {
  const rules = arrayAt(value, at).map((rule, i) => {
    const object = objectAt(rule, `${at}[${i}]`)
    known(object, ['claim', 'requiredValue'], `${at}[${i}]`)
    return [
      textAt(object['claim'], `${at}[${i}].claim`),
      textAt(object['requiredValue'], `${at}[${i}].requiredValue`),
    ] as const
  })
  return Object.fromEntries(rules)
}

function known(object: JsonObject, fields: readonly string[], at: string): void {
  const other = Object.keys(object).find((field) => !fields.includes(field))
  if (other === undefined) return
  const where = at === '' ? other : `${at}.${other}`
  throw new Error(`${where}: podo knows only ${fields.join(', ')} here (it evaluates no CEL expressions)`)
}

function objectAt(value: Json, at: string): JsonObject {
  if (!isJsonObject(value)) throw new Error(`${at}: an object is required`)
  return value
}
function arrayAt(value: Json, at: string): Json[] {
  if (!Array.isArray(value)) throw new Error(`${at}: a list is required`)
  return value
}
function textAt(value: Json | undefined, at: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`${at}: a text is required`)
  return value
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** https, but for an issuer on the machine itself. */
function urlAt(value: Json | undefined, at: string): string {
  const text = textAt(value, at)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))) return text
  throw new Error(`${at}: an https URL is required`)
}
