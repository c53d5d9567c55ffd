import {
  type FieldError,
  type Path,
  eachInvalid,
  invalidValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { dnsLabelErrors } from '../../meta/names.ts'
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  ExactDeviceRequest,
} from '../../schema/types.generated.ts'
import { configurationErrors, selectorsErrors, tolerationErrors } from './configuration.ts'
import { listErrors, setErrors } from './lists.ts'
import { classNameErrors, fullNameErrors } from './names.ts'

/** What a claim asks for: pkg/apis/resource/validation. */

/** Requests, constraints and configurations of one claim. */
export const MAX = 32
const MAX_ALTERNATIVES = 8

/** The requests of a claim by name, each with its alternatives. */
export type Requests = ReadonlyMap<string, ReadonlySet<string>>

/** `gatherRequestNames`. */
export const requestsOf = ({ requests }: Partial<DeviceClaim>): Requests =>
  new Map((requests ?? []).map((one) => [one.name, new Set((one.firstAvailable ?? []).map(({ name }) => name))]))

const nameErrors = (name: string, at: Path): FieldError[] => eachInvalid(at, name, dnsLabelErrors(name))

const REFERENCE =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"

/** `validateRequestNameRef`. */
export function requestRefErrors(name: string, requests: Requests, at: Path): FieldError[] {
  const parts = name.split('/')
  if (parts.length > 2) return [invalidValue(at, name, REFERENCE)]
  const [request = '', alternative] = parts
  const alternatives = requests.get(request)
  const known = alternatives !== undefined && (alternative === undefined || alternatives.has(alternative))
  return [...parts.flatMap((part) => nameErrors(part, at)), ...(known ? [] : [invalidValue(at, name, REFERENCE)])]
}

function modeErrors({ allocationMode: mode = '', count = 0 }: ExactDeviceRequest, at: Path): FieldError[] {
  if (mode === 'All') {
    const why = "must not be specified when allocationMode is 'All'"
    return count === 0 ? [] : [invalidValue(at.child('count'), count, why)]
  }
  if (mode === 'ExactCount')
    return count > 0 ? [] : [invalidValue(at.child('count'), count, 'must be greater than zero')]
  return [notSupported(at.child('allocationMode'), mode, ['All', 'ExactCount'])]
}

const exactErrors = (of: ExactDeviceRequest, at: Path): FieldError[] => [
  ...classNameErrors(of.deviceClassName ?? '', at.child('deviceClassName')),
  ...selectorsErrors(of.selectors, at.child('selectors')),
  ...modeErrors(of, at),
  ...(of.tolerations ?? []).flatMap((one, i) => tolerationErrors(one, at.child('tolerations').index(i))),
]

function requestErrors({ name = '', exactly, firstAvailable = [] }: DeviceRequest, at: Path): FieldError[] {
  const errors = nameErrors(name, at.child('name'))
  const one = 'exactly one of `exactly` or `firstAvailable` is required'
  if (exactly === undefined && firstAvailable.length === 0) return [...errors, required(at, one)]
  if (exactly !== undefined && firstAvailable.length > 0) {
    return [...errors, invalidValue(at, null, `${one}, but multiple fields are set`)]
  }
  if (exactly !== undefined) return [...errors, ...exactErrors(exactly, at.child('exactly'))]
  const alternatives = setErrors(
    firstAvailable,
    MAX_ALTERNATIVES,
    (sub, here) => [...nameErrors(sub.name ?? '', here.child('name')), ...exactErrors(sub, here)],
    (sub) => sub.name,
    at.child('firstAvailable'),
  )
  return [...errors, ...alternatives]
}

/** Names of requests, each once and known. */
export const referencesErrors = (list: readonly string[] | undefined, requests: Requests, at: Path): FieldError[] =>
  setErrors(
    list,
    MAX,
    (name, here) => requestRefErrors(name, requests, here),
    (name) => name,
    at,
  )

function constraintErrors(of: DeviceConstraint, requests: Requests, at: Path): FieldError[] {
  const errors = referencesErrors(of.requests, requests, at.child('requests'))
  const { matchAttribute: match, distinctAttribute: distinct } = of
  if (match !== undefined) return [...errors, ...fullNameErrors(match, at.child('matchAttribute'))]
  if (distinct !== undefined) return [...errors, ...fullNameErrors(distinct, at.child('distinctAttribute'))]
  const why = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'
  return [...errors, required(at, why)]
}

const configErrors = (of: DeviceClaimConfiguration, requests: Requests, at: Path): FieldError[] => [
  ...referencesErrors(of.requests, requests, at.child('requests')),
  ...configurationErrors(of.opaque, at),
]

/** `validateDeviceClaim`. */
export function claimErrors(claim: Partial<DeviceClaim>, at: Path): FieldError[] {
  const requests = requestsOf(claim)
  return [
    ...setErrors(claim.requests, MAX, requestErrors, ({ name }) => name, at.child('requests')),
    ...listErrors(
      claim.constraints,
      MAX,
      (one, here) => constraintErrors(one, requests, here),
      at.child('constraints'),
    ),
    ...listErrors(claim.config, MAX, (one, here) => configErrors(one, requests, here), at.child('config')),
  ]
}
