import { invalidValue, type FieldError } from '../../api/meta/field-error.ts'
import { badRequest, conflict, invalid, notFound } from '../../api/meta/failures.ts'
import type { JsonObject, Resource } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import { canonical } from '../../api/schema/canonical.ts'
import { withDefaults } from '../../api/schema/default.ts'
import type { Pod, TokenRequest } from '../../api/schema/types.generated.ts'
import { type AccountClaims, issuerOf, type ObjectRef, signAccountToken, usernameOf } from '../guard/account-token.ts'
import { trackedCreate } from '../registry/owners.ts'
import type { Reader, Tx } from '../store/store.ts'
import { type Call, keyOf, showingOf } from './api.ts'
import { decodeBody, readBody } from './body.ts'
import type { Expected } from './body-kind.ts'
import { writeOptions } from './options.ts'
import { respond } from './respond.ts'

const TOKEN_REQUEST: Expected = {
  apiVersion: 'authentication.k8s.io/v1',
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  model: 'io.k8s.api.authentication.v1.TokenRequest',
}

/**
 * POST serviceaccounts/NAME/token: TokenREST.Create of pkg/registry/core/serviceaccount/storage. The token is signed
 * after the transaction in which everything was looked up.
 */
export async function requestToken(call: Call): Promise<Response> {
  const { format } = showingOf(call, { views: false })
  const bytes = await readBody(call.request)
  const options = writeOptions('CreateOptions', call.query)
  const { api, caller } = call
  const sent = decodeBody(TOKEN_REQUEST, bytes, call.contentType, options.fieldValidation, caller.warnings)
  const { request, claims } = api.store.transaction((tx) => prepare(call, tx, sent, options.dryRun))
  const token = await signAccountToken(api.secrets, claims)
  const expirationTimestamp = rfc3339(caller.now + (request.spec.expirationSeconds ?? 0) * 1000)
  const { apiVersion, kind, model } = TOKEN_REQUEST
  // A Resource is JSON.
  const answer = { ...request, status: { token, expirationTimestamp } } as unknown as JsonObject
  return respond({ apiVersion, kind, model, body: canonical(model, answer) }, format, 201, caller.warnings)
}

interface Prepared {
  readonly request: TokenRequest
  readonly claims: AccountClaims
}

/** The request with all that was left out, and what its token will say. */
function prepare(call: Call, tx: Tx, sent: JsonObject, dryRun: boolean): Prepared {
  const { api, caller, info, kind } = call
  const { namespace, name } = info
  // What decodeBody answers has the fields of its model.
  const filled = withDefaults(TOKEN_REQUEST.model, sent)
  const tracked = trackedCreate(TOKEN_REQUEST, filled, 'token', caller) as unknown as Resource
  const attributes = { operation: 'CREATE', kind, namespace, name, subresource: 'token', caller, dryRun } as const
  const asked = api.registry.mutate(tx, { ...attributes, object: tracked }) as TokenRequest
  const given: Partial<TokenRequest['metadata']> = asked.metadata ?? {}
  checkNames(given, namespace, name)
  const account = tx.get(keyOf(call))?.object
  if (account === undefined) throw notFound('serviceaccounts', name)
  const { uid } = account.metadata
  if (given.uid && given.uid !== uid) {
    const why = `the UID in the token request (${given.uid}) does not match the UID of the service account (${uid})`
    throw conflict('TokenRequest.authentication.k8s.io', name, why)
  }
  const { audiences, ...spec } = asked.spec
  const metadata = {
    ...given,
    name,
    namespace,
    uid,
    creationTimestamp: rfc3339(caller.now),
  } as TokenRequest['metadata'] // it has no version
  const { status: _, ...rest } = asked
  const request = {
    ...rest,
    metadata,
    spec: { audiences: audiences?.length ? audiences : [issuerOf(api.secrets)], ...spec },
  } as TokenRequest // the status comes with the token
  const errors = lifeErrors(request.spec.expirationSeconds ?? 0)
  if (errors.length > 0) throw invalid(TOKEN_REQUEST, '', errors)
  // Admission sees the audiences that were asked for, before the default.
  const object = { ...request, spec: { ...request.spec, audiences: audiences ?? [] } } as TokenRequest // the same fields
  api.registry.validate(tx, { ...attributes, object })
  return { request, claims: claimsOf(call, tx, request, account) }
}

function checkNames(given: { name?: string; namespace?: string }, namespace: string, name: string): void {
  if (given.namespace && given.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (given.name && given.name !== name) {
    const error = invalidValue('metadata.name', given.name, 'must match the service account name if specified')
    throw invalid(TOKEN_REQUEST, name, [error])
  }
}

const SHORTEST_LIFE = 10 * 60
const LONGEST_LIFE = 2 ** 32

/** ValidateTokenRequest of pkg/apis/authentication/validation. */
function lifeErrors(seconds: number): FieldError[] {
  const at = 'spec.expirationSeconds'
  if (seconds < SHORTEST_LIFE) return [invalidValue(at, seconds, 'may not specify a duration less than 10 minutes')]
  if (seconds > LONGEST_LIFE) return [invalidValue(at, seconds, 'may not specify a duration larger than 2^32 seconds')]
  return []
}

/** The life that Kubernetes itself asks for in Pods, so that it can tell tokens of clients that do not read them anew. */
const EXTENDED_LIFE_OF = 3607
const EXTENDED_LIFE = 365 * 24 * 3600

/** Claims of pkg/serviceaccount/claims.go. */
function claimsOf({ api, caller, info }: Call, tx: Tx, { spec }: TokenRequest, account: Resource): AccountClaims {
  const { namespace, name } = info
  const bound =
    spec.boundObjectRef === undefined || spec.boundObjectRef === null ? {} : boundTo(tx, info, spec.boundObjectRef)
  const issuer = issuerOf(api.secrets)
  const now = Math.floor(caller.now / 1000)
  const asked = spec.expirationSeconds ?? 0
  const audiences = spec.audiences ?? []
  const extended =
    bound.pod !== undefined && asked === EXTENDED_LIFE_OF && audiences.every((audience) => audience === issuer)
  return {
    aud: audiences,
    exp: now + (extended ? EXTENDED_LIFE : asked),
    iat: now,
    iss: issuer,
    jti: api.dice.uid(),
    'kubernetes.io': {
      namespace,
      ...bound,
      serviceaccount: { name, uid: account.metadata.uid },
      ...(extended ? { warnafter: now + asked } : {}),
    },
    nbf: now,
    sub: usernameOf(namespace, name),
  }
}

type Bound = Pick<AccountClaims['kubernetes.io'], 'pod' | 'secret' | 'node'>
type BoundRef = NonNullable<TokenRequest['spec']['boundObjectRef']>

/** What the token ends with. Throws 404 where it does not exist, 409 where it is another by now. */
function boundTo(reader: Reader, info: Call['info'], ref: BoundRef): Bound {
  const { apiVersion = '', kind = '', name = '', uid = '' } = ref
  const resource = apiVersion === 'v1' || apiVersion === '' ? BINDABLE[kind] : undefined
  if (resource === undefined) throw badRequest(`cannot bind token to object of type ${typeText(apiVersion, kind)}`)
  const object = reader.get({ resource, namespace: resource === 'nodes' ? '' : info.namespace, name })?.object
  if (object === undefined) throw notFound(resource, name)
  if (kind === 'Pod') checkAccount(object as Pod, info.name) // the key names a Pod
  if (uid !== '' && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw conflict(kind, name, why)
  }
  const found: ObjectRef = { name, uid: object.metadata.uid }
  if (kind === 'Secret') return { secret: found }
  if (kind === 'Node') return { node: found }
  return { ...nodeOf(reader, object as Pod), pod: found }
}

const BINDABLE: Readonly<Record<string, string>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }

function checkAccount({ spec }: Pod, name: string): void {
  if (spec.serviceAccountName === name) return
  const quoted = JSON.stringify(name)
  throw badRequest(`cannot bind token for serviceaccount ${quoted} to pod running with different serviceaccount name.`)
}

/** The node of a Pod, by name alone where it is gone. */
function nodeOf(reader: Reader, { spec }: Pod): Bound {
  const { nodeName } = spec
  if (!nodeName) return {}
  const node = reader.get({ resource: 'nodes', namespace: '', name: nodeName })
  return { node: { name: nodeName, ...(node === undefined ? {} : { uid: node.uid }) } as ObjectRef } // uid is left out as Go does
}

/** `schema.GroupVersionKind.String`. */
function typeText(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf('/')
  return `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${apiVersion.slice(slash + 1)}, Kind=${kind}`
}
