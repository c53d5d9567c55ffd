import { issuerOf, signingKeys } from '../guard/account-token.ts'
import type { Secrets } from '../guard/admit.ts'

/** https://openid.net/specs/openid-connect-discovery-1_0.html, as pkg/serviceaccount/openidmetadata.go serves it. */
const CONFIGURATION = '/.well-known/openid-configuration'
const KEYS = '/openid/v1/jwks'

const headers = (type: string): Record<string, string> => ({
  'content-type': type,
  'cache-control': 'public, max-age=3600',
})

/** The two documents by which others verify tokens of ServiceAccounts; undefined for other paths. */
export function issuerDocument(secrets: Secrets, method: string, url: URL): Response | undefined {
  if (method !== 'GET') return undefined
  if (url.pathname === CONFIGURATION)
    return Response.json(configuration(secrets, url), { headers: headers('application/json') })
  if (url.pathname !== KEYS) return undefined
  return Response.json({ keys: keySet(secrets) }, { headers: headers('application/jwk-set+json') })
}

function configuration(secrets: Secrets, { origin }: URL): object {
  const issuer = issuerOf(secrets)
  return {
    issuer,
    jwks_uri: `${secrets.issuer === undefined ? origin : issuer.replace(/\/$/, '')}${KEYS}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  }
}

const keySet = (secrets: Secrets): object[] =>
  signingKeys(secrets).map(({ id, publicKey: { kty, crv, x, y } }) => ({
    use: 'sig',
    kty,
    kid: id,
    crv,
    alg: 'ES256',
    x,
    y,
  }))
