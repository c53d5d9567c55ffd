import { Path, type FieldError, eachInvalid, forbidden, invalidValue, required, tooLong } from '../meta/field-error.ts'
import { configKeyErrors } from '../meta/names.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import { decodeBase64 } from '../schema/base64.ts'
import { JsonSyntaxError, parseJson } from '../schema/json.ts'
import type { Secret } from '../schema/types.generated.ts'
import { FROZEN, MAX_DATA, base64Length } from './data.ts'
import { declare } from './declare.ts'
import { same } from './same.ts'
import { keyPairWarning } from './certificate/key-pair.ts'

const DATA = Path.of('data')
const ACCOUNT = 'kubernetes.io/service-account.name'

/** The keys that each built-in type wants. https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
function typeErrors({ type, data = {}, metadata }: Secret): FieldError[] {
  const missing = (...keys: string[]): FieldError[] =>
    keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(DATA.key(key)))
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return metadata.annotations?.[ACCOUNT] ? [] : [required(Path.of('metadata').child('annotations').key(ACCOUNT))]
    case 'kubernetes.io/dockercfg':
      return jsonErrors('.dockercfg', data['.dockercfg'])
    case 'kubernetes.io/dockerconfigjson':
      return jsonErrors('.dockerconfigjson', data['.dockerconfigjson'])
    case 'kubernetes.io/basic-auth': {
      const both = missing('username', 'password')
      return both.length === 2 ? both : []
    }
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [required(DATA.key('ssh-privatekey'))]
    case 'kubernetes.io/tls':
      return missing('tls.crt', 'tls.key')
    default:
      return []
  }
}

/** Latin-1 is enough: Go's JSON reader names the first byte that it cannot take. */
const bytesText = (encoded: string): string =>
  Array.from(decodeBase64(encoded), (byte) => String.fromCharCode(byte)).join('')

function jsonErrors(key: string, encoded: string | undefined): FieldError[] {
  const at = DATA.key(key)
  if (encoded === undefined) return [required(at)]
  const wrong = (why: string): FieldError[] => [invalidValue(at, '<secret contents redacted>', why)]
  try {
    const { value } = parseJson(bytesText(encoded))
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return []
    const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
    return wrong(`json: cannot unmarshal ${found} into Go value of type map[string]interface {}`)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return wrong(error.message)
    throw error
  }
}

/** `ValidateSecret` of pkg/apis/core/validation. */
function secretErrors(secret: Secret): FieldError[] {
  const errors: FieldError[] = []
  let size = 0
  for (const [key, value] of Object.entries(secret.data ?? {})) {
    errors.push(...eachInvalid(DATA.key(key), key, configKeyErrors(key)))
    size += base64Length(value)
  }
  if (size > MAX_DATA) errors.push(tooLong(DATA, MAX_DATA))
  return [...errors, ...typeErrors(secret)]
}

/** What may not change in `ValidateSecretUpdate`, where it comes before the rest. */
function changeErrors(secret: Secret, old: Secret): FieldError[] {
  const errors = (secret.type ?? '') === (old.type ?? '') ? [] : [invalidValue('type', secret.type ?? '', IMMUTABLE)]
  if (old.immutable !== true) return errors
  if (secret.immutable !== true) errors.push(forbidden('immutable', FROZEN))
  if (!same(secret.data, old.data)) errors.push(forbidden('data', FROZEN))
  return errors
}

/** warningsForSecret: a server that is given a pair that is none does not start. */
function keyPairWarnings({ type, data = {} }: Secret): string[] {
  if (type !== 'kubernetes.io/tls') return []
  const bytes = (key: string): Uint8Array => decodeBase64(data[key] ?? '')
  const warning = keyPairWarning(bytes('tls.crt'), bytes('tls.key'))
  return warning === undefined ? [] : [warning]
}

export const secrets = declare<Secret>('secrets', {
  validate: (secret, { operation }) => (operation === 'create' ? secretErrors(secret) : []),
  validateUpdate: (secret, old) => [...changeErrors(secret, old), ...secretErrors(secret)],
  warn: keyPairWarnings,
  fields: { type: ({ type }) => type ?? '' },
})
