import {
  type FieldError,
  type Path,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { headerNameErrors } from '../../meta/names.ts'
import type { Container, HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../../schema/types.generated.ts'
import { nonNegative, portOrNameErrors } from '../numbers.ts'

/** Probes and lifecycle hooks: pkg/apis/core/validation. */

const SCHEMES = ['HTTP', 'HTTPS']

function httpGet(
  { path = '', port, scheme = '', httpHeaders = [] }: HTTPGetAction,
  at: Path,
  errors: FieldError[],
): void {
  if (path === '') errors.push(required(at.child('path')))
  errors.push(...portOrNameErrors(port ?? 0, at.child('port')))
  if (!SCHEMES.includes(scheme)) errors.push(notSupported(at.child('scheme'), scheme, SCHEMES))
  for (const { name } of httpHeaders) {
    errors.push(...eachInvalid(at.child('httpHeaders'), name, headerNameErrors(name)))
  }
}

type Handler = Partial<Pick<Probe, 'exec' | 'grpc'>> & Partial<LifecycleHandler>

/** Exactly one of the handlers; only the first of several is judged. */
function handler(of: Handler, grace: number | undefined, at: Path, errors: FieldError[]): void {
  let found = 0
  const one = (field: keyof Handler, judge: () => void): void => {
    if (of[field] === undefined) return
    if (found++ > 0) errors.push(forbidden(at.child(field), 'may not specify more than 1 handler type'))
    else judge()
  }
  one('exec', () => {
    if ((of.exec?.command ?? []).length === 0) errors.push(required(at.child('exec').child('command')))
  })
  one('httpGet', () => {
    if (of.httpGet !== undefined) httpGet(of.httpGet, at.child('httpGet'), errors)
  })
  one('tcpSocket', () => {
    errors.push(...portOrNameErrors(of.tcpSocket?.port ?? 0, at.child('tcpSocket').child('port')))
  })
  one('grpc', () => {
    errors.push(...portOrNameErrors(of.grpc?.port ?? 0, at.child('grpc').child('port')))
  })
  one('sleep', () => {
    const seconds = of.sleep?.seconds ?? 0
    if (grace === undefined || (seconds >= 0 && seconds <= grace)) return
    const why = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`
    errors.push(invalidValue(at.child('sleep'), seconds, why))
  })
  if (found === 0) errors.push(required(at, 'must specify a handler type'))
}

const NUMBERS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const

function probe(of: Probe, grace: number | undefined, at: Path, errors: FieldError[]): void {
  handler(of, grace, at, errors)
  for (const field of NUMBERS) {
    const value = of[field]
    if (value !== undefined && value < 0) errors.push(...nonNegative(at.child(field), value))
  }
  const seconds = of.terminationGracePeriodSeconds
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalidValue(at.child('terminationGracePeriodSeconds'), seconds, 'must be greater than 0'))
  }
}

function oneSuccess(of: Probe, at: Path, errors: FieldError[]): void {
  const { successThreshold = 0 } = of
  if (successThreshold !== 1) errors.push(invalidValue(at.child('successThreshold'), successThreshold, 'must be 1'))
}

/** Liveness, readiness and startup, in this order. */
export function probes(container: Container, grace: number | undefined, at: Path, errors: FieldError[]): void {
  const { livenessProbe, readinessProbe, startupProbe } = container
  if (livenessProbe !== undefined) {
    probe(livenessProbe, grace, at.child('livenessProbe'), errors)
    oneSuccess(livenessProbe, at.child('livenessProbe'), errors)
  }
  if (readinessProbe !== undefined) {
    const here = at.child('readinessProbe')
    probe(readinessProbe, grace, here, errors)
    const seconds = readinessProbe.terminationGracePeriodSeconds
    if (seconds !== undefined) {
      const why = 'must not be set for readinessProbes'
      errors.push(invalidValue(here.child('terminationGracePeriodSeconds'), seconds, why))
    }
  }
  if (startupProbe === undefined) return
  probe(startupProbe, grace, at.child('startupProbe'), errors)
  oneSuccess(startupProbe, at.child('startupProbe'), errors)
}

/** postStart and preStop; stopSignal has been dropped, its gate is off. */
export function lifecycle(of: Lifecycle, grace: number | undefined, at: Path, errors: FieldError[]): void {
  if (of.postStart !== undefined) handler(of.postStart, grace, at.child('postStart'), errors)
  if (of.preStop !== undefined) handler(of.preStop, grace, at.child('preStop'), errors)
}
