import { Path, type FieldError, eachInvalid, invalidValue, notSupported, required } from '../meta/field-error.ts'
import { goQuote } from '../meta/go-text.ts'
import { ipErrors, isIp } from '../meta/ip.ts'
import {
  dnsSubdomainErrors,
  labelName,
  portErrors,
  portNameErrors,
  subdomainName,
  wildcardSubdomainErrors,
} from '../meta/names.ts'
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressServiceBackend,
  IngressTLS,
} from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { ipWarnings } from './ip-warnings.ts'
import { typedReferenceErrors } from './typed-reference.ts'

/** Ingresses: pkg/registry/networking/ingress and pkg/apis/networking/validation. */

const SPEC = Path.of('spec')
const POINTS = Path.of('status').child('loadBalancer').child('ingress')
const CLASS = 'kubernetes.io/ingress.class'
const TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']
const NOT_IN_PATH = ['//', '/./', '/../', '%2f', '%2F']
const NOT_AT_END = ['/..', '/.']
const NO_IP = 'must be a DNS name, not an IP address'

function pathErrors({ path = '', pathType }: HTTPIngressPath, at: Path): FieldError[] {
  const here = at.child('path')
  const isAbsolute = path.startsWith('/')
  const relative = isAbsolute ? [] : [invalidValue(here, path, 'must be an absolute path')]
  if (pathType === 'ImplementationSpecific') return path === '' ? [] : relative
  if (pathType !== 'Exact' && pathType !== 'Prefix') return [notSupported(at.child('pathType'), pathType, TYPES)]
  return [
    ...relative,
    ...NOT_IN_PATH.filter((part) => path.includes(part)).map((part) =>
      invalidValue(here, path, `must not contain '${part}'`),
    ),
    ...NOT_AT_END.filter((part) => path.endsWith(part)).map((part) =>
      invalidValue(here, path, `cannot end with '${part}'`),
    ),
  ]
}

function serviceErrors({ name, port = {} }: IngressServiceBackend, at: Path): FieldError[] {
  const here = at.child('service')
  const errors = name ? eachInvalid(here.child('name'), name, labelName(name, false)) : [required(here.child('name'))]
  const [byName, number] = [port.name ?? '', port.number ?? 0]
  if (byName !== '' && number !== 0) {
    errors.push(invalidValue(at, '', 'cannot set both port name & port number'))
  } else if (byName !== '') {
    errors.push(...eachInvalid(here.child('port').child('name'), byName, portNameErrors(byName)))
  } else if (number !== 0) {
    errors.push(...eachInvalid(here.child('port').child('number'), number, portErrors(number)))
  } else errors.push(required(at, 'port name or number is required'))
  return errors
}

function backendErrors({ resource, service }: IngressBackend, at: Path): FieldError[] {
  if (resource !== undefined && service !== undefined) {
    return [invalidValue(at, '', 'cannot set both resource and service backends')]
  }
  if (resource !== undefined) return typedReferenceErrors(resource, at.child('resource'))
  if (service !== undefined) return serviceErrors(service, at)
  return [invalidValue(at, '', 'resource or service backend is required')]
}

function httpErrors({ http }: IngressRule, rule: Path): FieldError[] {
  if (http === undefined) return []
  const at = rule.child('http').child('paths')
  const paths = http.paths ?? []
  if (paths.length === 0) return [required(at)]
  return paths.flatMap((path, i) => {
    const here = at.index(i)
    if (path.pathType === undefined || path.pathType === null) {
      return [required(here.child('pathType'), 'pathType must be specified')]
    }
    return [...pathErrors(path, here), ...backendErrors(path.backend ?? {}, here.child('backend'))]
  })
}

const hostErrors = (host: string, at: Path): FieldError[] =>
  eachInvalid(at, host, host.includes('*') ? wildcardSubdomainErrors(host) : dnsSubdomainErrors(host))

const isWildcard = ({ host = '' }: IngressRule): boolean => host.includes('*')

/** What was accepted once, and stays accepted in an object that has it. */
interface Lenience {
  readonly secretNames: boolean
  readonly wildcardRules: boolean
}

function ruleErrors(rule: IngressRule, at: Path, { wildcardRules }: Lenience): FieldError[] {
  const { host = '' } = rule
  const here = at.child('host')
  const errors = isIp(host) ? [invalidValue(here, host, NO_IP)] : []
  if (host !== '') errors.push(...hostErrors(host, here))
  return isWildcard(rule) && wildcardRules ? errors : [...errors, ...httpErrors(rule, at)]
}

const secretErrors = ({ secretName = '' }: IngressTLS, at: Path): FieldError[] =>
  secretName === '' ? [] : eachInvalid(at.child('secretName'), secretName, subdomainName(secretName, false))

function errorsOf({ spec = {} }: Ingress, lenience: Lenience): FieldError[] {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec
  const errors: FieldError[] = []
  if (rules.length === 0 && defaultBackend === undefined) {
    errors.push(invalidValue(SPEC, spec.rules, 'either `defaultBackend` or `rules` must be specified'))
  }
  if (defaultBackend !== undefined) errors.push(...backendErrors(defaultBackend, SPEC.child('defaultBackend')))
  rules.forEach((rule, i) => errors.push(...ruleErrors(rule, SPEC.child('rules').index(i), lenience)))
  tls.forEach((one, i) => {
    const at = SPEC.child('tls').index(i)
    one.hosts?.forEach((host, j) => errors.push(...hostErrors(host, at.child('hosts').index(j))))
    if (!lenience.secretNames) errors.push(...secretErrors(one, at))
  })
  if (ingressClassName !== undefined) {
    const at = SPEC.child('ingressClassName')
    errors.push(...eachInvalid(at, ingressClassName, subdomainName(ingressClassName, false)))
  }
  return errors
}

const STRICT: Lenience = { secretNames: false, wildcardRules: false }

const lenienceOf = ({ spec = {} }: Ingress): Lenience => ({
  secretNames: (spec.tls ?? []).some((one) => secretErrors(one, SPEC).length > 0),
  wildcardRules: (spec.rules ?? []).some((rule) => isWildcard(rule) && httpErrors(rule, SPEC).length > 0),
})

/** The annotation came before the field; on create they may not differ. */
function classErrors({ metadata, spec = {} }: Ingress): FieldError[] {
  const annotation = metadata.annotations?.[CLASS]
  const { ingressClassName } = spec
  if (annotation === undefined || ingressClassName === undefined || annotation === ingressClassName) return []
  const why = 'must match `ingressClassName` when both are specified'
  return [invalidValue(Path.of('annotations').child(CLASS), annotation, why)]
}

function validateStatus({ status }: Ingress, old: Ingress): FieldError[] {
  const before = new Set((old.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip))
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip = '', hostname = '' }, i) => {
    const at = POINTS.index(i)
    const errors = ip === '' || before.has(ip) ? [] : ipErrors(at.child('ip'), ip)
    if (hostname === '') return errors
    errors.push(...eachInvalid(at.child('hostname'), hostname, dnsSubdomainErrors(hostname)))
    return isIp(hostname) ? [...errors, invalidValue(at.child('hostname'), hostname, NO_IP)] : errors
  })
}

function warn({ metadata, spec = {}, status }: Ingress, old?: Ingress): string[] {
  if (old === undefined) {
    const isOld = metadata.annotations?.[CLASS] !== undefined && spec.ingressClassName === undefined
    return isOld ? [`annotation ${goQuote(CLASS)} is deprecated, please use 'spec.ingressClassName' instead`] : []
  }
  const before = new Set((old.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip))
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }, i) =>
    before.has(ip) ? [] : ipWarnings(POINTS.index(i).child('ip'), ip),
  )
}

export const ingresses = declare<Ingress>('ingresses.networking.k8s.io', {
  validate: (ingress, { operation }) =>
    operation === 'create' ? [...errorsOf(ingress, STRICT), ...classErrors(ingress)] : [],
  validateUpdate: (ingress, old) => errorsOf(ingress, lenienceOf(old)),
  validateStatus,
  warn,
})
