import {
  type FieldError,
  Path,
  duplicate,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../meta/field-error.ts'
import { goQuote } from '../meta/go-text.ts'
import { rfc3339 } from '../meta/time.ts'
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition as Condition,
} from '../schema/types.generated.ts'
import { RequestError, certificateError, checkSignature, parseRequest } from './certificate/request.ts'
import { signerNameErrors } from './certificate/signer-name.ts'
import { declare } from './declare.ts'
import type { HookContext } from './kind.ts'
import { same } from './same.ts'

type Csr = CertificateSigningRequest

const SPEC = Path.of('spec')
const CONDITIONS = Path.of('status').child('conditions')
const CERTIFICATE = Path.of('status').child('certificate')
const LEGACY = 'kubernetes.io/legacy-unknown'
const DECISIONS = ['Approved', 'Denied']
/** Conditions that are True or not there, and that never go. */
const FINAL = [...DECISIONS, 'Failed']
const STATUSES = ['False', 'True', 'Unknown']
const LEAST_SECONDS = 600
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]

const conditionsOf = ({ status }: Csr): readonly Condition[] => status?.conditions ?? []
const ofType = (csr: Csr, type: string): readonly Condition[] => conditionsOf(csr).filter((one) => one.type === type)
const repeats = <T>(list: readonly T[]): boolean => new Set(list).size < list.length
const both = (csr: Csr): boolean => DECISIONS.every((type) => ofType(csr, type).length > 0)

/** Who asks is written down by the server: nobody can say to be somebody else (csrStrategy.PrepareForCreate). */
function prepareCreate(csr: Csr, { user }: HookContext): Csr {
  const { username: _, uid: __, groups: ___, extra: ____, ...spec } = csr.spec
  if (user === undefined) return { ...csr, spec }
  const { name, uid, groups, extra = {} } = user
  const copied = Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]]))
  return {
    ...csr,
    spec: {
      ...spec,
      username: name,
      ...(uid === undefined ? {} : { uid }),
      groups: [...groups],
      ...(Object.keys(copied).length === 0 ? {} : { extra: copied }),
    },
  }
}

/** `populateConditionTimestamps`. */
function stamped(csr: Csr, old: Csr, now: string): readonly Condition[] {
  return conditionsOf(csr).map((condition) => {
    const { type, status, lastUpdateTime, lastTransitionTime } = condition
    const before = conditionsOf(old).find((one) => one.type === type && one.status === status && one.lastTransitionTime)
    return {
      ...condition,
      lastUpdateTime: lastUpdateTime || now,
      lastTransitionTime: lastTransitionTime || before?.lastTransitionTime || now,
    }
  })
}

/** /status cannot decide: as many decisions as there were stay as they were (`preserveConditionInstances`). */
function undecided(csr: Csr, old: Csr): Csr {
  const kept = DECISIONS.filter((type) => ofType(csr, type).length === ofType(old, type).length)
  const left = new Map(kept.map((type) => [type, [...ofType(old, type)]]))
  const conditions = conditionsOf(csr).map((condition) => left.get(condition.type)?.shift() ?? condition)
  return conditions.length === 0 ? csr : { ...csr, status: { ...csr.status, conditions } }
}

/** What each way to write may change: PrepareForUpdate of the three strategies of pkg/registry/certificates. */
function prepareUpdate(csr: Csr, old: Csr, { operation, now }: HookContext): Csr {
  if (operation === 'status') {
    const given = undecided({ ...csr, spec: old.spec }, old)
    if (given.status === undefined || given.status.conditions === undefined) return given
    return { ...given, status: { ...given.status, conditions: [...stamped(given, old, rfc3339(now))] } }
  }
  if (operation !== 'approval') return { ...csr, spec: old.spec, status: old.status }
  const conditions = [...stamped(csr, old, rfc3339(now))]
  const { conditions: _, ...status } = old.status ?? {}
  return { ...csr, spec: old.spec, status: conditions.length === 0 ? status : { ...status, conditions } }
}

function requestErrors(csr: Csr, verify: HookContext['verify']): FieldError[] {
  const { request } = csr.spec
  try {
    const parsed = parseRequest(request ?? '')
    if (verify !== undefined) checkSignature(parsed, verify)
    return []
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    return [invalidValue(SPEC.child('request'), request, error.message)]
  }
}

function usageErrors(usages: readonly string[], old: readonly string[] = []): FieldError[] {
  const at = SPEC.child('usages')
  const unknown = old.some((usage) => !USAGES.includes(usage))
  return [
    ...(usages.length === 0 ? [required(at)] : []),
    ...usages.flatMap((usage, i) =>
      unknown || USAGES.includes(usage) ? [] : [notSupported(at.index(i), usage, USAGES)],
    ),
    ...usages.flatMap((usage, i) =>
      !repeats(old) && usages.indexOf(usage) < i ? [duplicate(at.index(i), usage)] : [],
    ),
  ]
}

function conditionErrors(csr: Csr, old: Csr | undefined): FieldError[] {
  const tolerant = {
    both: old !== undefined && both(old),
    empty: old !== undefined && ofType(old, '').length > 0,
    repeated: old !== undefined && repeats(conditionsOf(old).map(({ type }) => type)),
  }
  const seen = new Set<string>()
  return conditionsOf(csr).flatMap(({ type = '', status = '' }, i) => {
    const at = CONDITIONS.index(i)
    const errors: FieldError[] = type === '' && !tolerant.empty ? [required(at.child('type'))] : []
    const allowed = FINAL.includes(type) ? ['True'] : STATUSES
    if (status === '') errors.push(required(at.child('status')))
    else if (!allowed.includes(status)) errors.push(notSupported(at.child('status'), status, allowed))
    const other = DECISIONS.find((one) => one !== type) ?? ''
    if (!tolerant.both && DECISIONS.includes(type) && seen.has(other)) {
      errors.push(invalidValue(CONDITIONS, type, 'Approved and Denied conditions are mutually exclusive'))
    }
    if (!tolerant.repeated && seen.has(type)) errors.push(duplicate(at.child('type'), type))
    seen.add(type)
    return errors
  })
}

function signerErrors({ spec }: Csr, old: Csr | undefined): FieldError[] {
  const at = SPEC.child('signerName')
  const { signerName = '' } = spec
  if (signerName !== LEGACY || old?.spec.signerName === LEGACY) return signerNameErrors(signerName, at)
  return [invalidValue(at, signerName, 'the legacy signerName is not allowed via this API version')]
}

/** `validateCertificateSigningRequest`; what was so before is tolerated where `old` is given. */
function wholeErrors(csr: Csr, old: Csr | undefined, verify: HookContext['verify']): FieldError[] {
  const { usages = [], expirationSeconds: seconds } = csr.spec
  const { certificate } = csr.status ?? {}
  const untouched = old !== undefined && certificate === old.status?.certificate
  const wrong =
    untouched || certificateError(old?.status?.certificate) !== undefined ? undefined : certificateError(certificate)
  const short = `may not specify a duration less than ${LEAST_SECONDS} seconds (10 minutes)`
  return [
    ...requestErrors(csr, verify),
    ...usageErrors(usages, old?.spec.usages),
    ...signerErrors(csr, old),
    ...(seconds !== undefined && seconds < LEAST_SECONDS
      ? [invalidValue(SPEC.child('expirationSeconds'), seconds, short)]
      : []),
    ...conditionErrors(csr, old),
    ...(wrong === undefined ? [] : [invalidValue(CERTIFICATE, '<certificate data>', wrong)]),
  ]
}

/** What only /approval may change. */
function decisionErrors(csr: Csr, old: Csr): FieldError[] {
  return DECISIONS.flatMap((type) => {
    const [before, after] = [ofType(old, type), ofType(csr, type)]
    if (after.length > before.length) {
      return [forbidden(CONDITIONS, `updates may not add a condition of type ${goQuote(type)}`)]
    }
    if (after.length < before.length || same(before, after)) return []
    return [forbidden(CONDITIONS, `updates may not modify a condition of type ${goQuote(type)}`)]
  })
}

/** What only /status may change, and once. */
function certificateChanges(csr: Csr, old: Csr, operation: string): FieldError[] {
  const [before = '', after = ''] = [old.status?.certificate, csr.status?.certificate]
  if (before === after) return []
  if (operation !== 'status') return [forbidden(CERTIFICATE, 'updates may not set certificate content')]
  return before === '' ? [] : [forbidden(CERTIFICATE, 'updates may not modify existing certificate content')]
}

/** `validateCertificateSigningRequestUpdate`. */
function changeErrors(csr: Csr, old: Csr, operation: string): FieldError[] {
  return [
    ...wholeErrors(csr, old, undefined),
    ...FINAL.filter((type) => ofType(csr, type).length < ofType(old, type).length).map((type) =>
      forbidden(CONDITIONS, `updates may not remove a condition of type ${goQuote(type)}`),
    ),
    ...(operation === 'approval' ? [] : decisionErrors(csr, old)),
    ...certificateChanges(csr, old, operation),
  ]
}

export const certificatesigningrequests = declare<Csr>('certificatesigningrequests.certificates.k8s.io', {
  subresources: ['status', 'approval'],
  validateName: () => [],
  prepareCreate,
  prepareUpdate,
  validate: (csr, { operation, verify }) => (operation === 'create' ? wholeErrors(csr, undefined, verify) : []),
  validateUpdate: (csr, old, { operation }) => changeErrors(csr, old, operation),
  validateStatus: (csr, old) => changeErrors(csr, old, 'status'),
  fields: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
})
