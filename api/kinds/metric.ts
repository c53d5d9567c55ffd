import {
  type FieldError,
  type Path,
  eachInvalid,
  forbidden,
  invalidValue,
  notSupported,
  required,
} from '../meta/field-error.ts'
import { dnsLabelErrors, pathSegmentErrors } from '../meta/names.ts'
import { formatQuantity, sign } from '../meta/quantity.ts'
import type {
  ContainerResourceMetricSource,
  CrossVersionObjectReference,
  ExternalMetricSource,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
} from '../schema/types.generated.ts'
import { quantityOf } from './numbers.ts'
import { containerResourceErrors } from './resource-names.ts'

/** What an autoscaler measures: validateMetricSpec of pkg/apis/autoscaling/validation. */

/** Why an apiVersion is none, in Go's words; '' where it is one. */
export function apiVersionFault(apiVersion: string, groupless: boolean): string {
  const slashes = apiVersion.split('/').length - 1
  if (slashes > 1) return `unexpected GroupVersion string: ${apiVersion}`
  const hasGroup = slashes === 1 && !apiVersion.startsWith('/')
  return hasGroup || groupless ? '' : 'apiVersion must specify API group'
}

/** `groupless`: whether the core group will do. */
export function referenceErrors(ref: CrossVersionObjectReference, at: Path, groupless: boolean): FieldError[] {
  const named = (['kind', 'name'] as const).flatMap((field) => {
    const text = ref?.[field] ?? ''
    return text === '' ? [required(at.child(field))] : eachInvalid(at.child(field), text, pathSegmentErrors(text))
  })
  const apiVersion = ref?.apiVersion ?? ''
  const fault = apiVersionFault(apiVersion, groupless)
  return fault === '' ? named : [...named, invalidValue(at.child('apiVersion'), apiVersion, fault)]
}

const TARGETS = ['Utilization', 'Value', 'AverageValue']

function targetErrors(target: MetricTarget | undefined, at: Path): FieldError[] {
  const { type = '', averageUtilization: utilization } = target ?? {}
  const errors: FieldError[] = []
  if (type === '') errors.push(required(at.child('type'), 'must specify a metric target type'))
  if (!TARGETS.includes(type)) {
    errors.push(invalidValue(at.child('type'), type, 'must be either Utilization, Value, or AverageValue'))
  }
  for (const field of ['value', 'averageValue'] as const) {
    const text = target?.[field]
    if (text === undefined || sign(quantityOf(text)) > 0) continue
    errors.push(invalidValue(at.child(field), formatQuantity(quantityOf(text)), 'must be positive'))
  }
  if (utilization !== undefined && utilization < 1) {
    errors.push(invalidValue(at.child('averageUtilization'), utilization, 'must be greater than 0'))
  }
  return errors
}

function identifierErrors(metric: MetricIdentifier | undefined, at: Path): FieldError[] {
  const name = metric?.name ?? ''
  if (name === '') return [required(at.child('name'), 'must specify a metric name')]
  return eachInvalid(at.child('name'), name, pathSegmentErrors(name))
}

const wanted = (missing: boolean, at: Path, why: string): FieldError[] => (missing ? [required(at, why)] : [])
const unwanted = (given: boolean, at: Path, why: string): FieldError[] => (given ? [forbidden(at, why)] : [])

function objectErrors({ describedObject, metric, target }: ObjectMetricSource, at: Path): FieldError[] {
  const { value, averageValue } = target ?? {}
  const none = value === undefined && averageValue === undefined
  return [
    ...referenceErrors(describedObject, at.child('describedObject'), true),
    ...identifierErrors(metric, at.child('metric')),
    ...targetErrors(target, at.child('target')),
    ...wanted(none, at.child('target').child('averageValue'), 'must set either a target value or averageValue'),
  ]
}

function externalErrors({ metric, target }: ExternalMetricSource, at: Path): FieldError[] {
  const { value, averageValue } = target ?? {}
  const [one, two] = [value !== undefined, averageValue !== undefined]
  const here = at.child('target')
  return [
    ...identifierErrors(metric, at.child('metric')),
    ...targetErrors(target, here),
    ...wanted(
      !one && !two,
      here.child('averageValue'),
      'must set either a target value for metric or a per-pod target',
    ),
    ...unwanted(one && two, here.child('value'), 'may not set both a target value for metric and a per-pod target'),
  ]
}

const podsErrors = ({ metric, target }: PodsMetricSource, at: Path): FieldError[] => [
  ...identifierErrors(metric, at.child('metric')),
  ...targetErrors(target, at.child('target')),
  ...wanted(
    target?.averageValue === undefined,
    at.child('target').child('averageValue'),
    'must specify a positive target averageValue',
  ),
]

/** Of a Pod's containers together, or of one of them. */
function resourceTargetErrors(target: MetricTarget | undefined, at: Path): FieldError[] {
  const [one, two] = [target?.averageUtilization !== undefined, target?.averageValue !== undefined]
  const why = 'set either a target raw value or a target utilization'
  return [
    ...targetErrors(target, at),
    ...wanted(!one && !two, at.child('averageUtilization'), `must ${why}`),
    ...unwanted(one && two, at.child('averageValue'), 'may not set both a target raw value and a target utilization'),
  ]
}

const nameErrors = (name: string, at: Path): FieldError[] => wanted(name === '', at, 'must specify a resource name')

function containerErrors({ name = '', container = '', target }: ContainerResourceMetricSource, at: Path): FieldError[] {
  const here = at.child('container')
  return [
    ...nameErrors(name, at.child('name')),
    ...(name === '' ? [] : containerResourceErrors(name, at.child('name'))),
    ...(container === ''
      ? [required(here, 'must specify a container')]
      : eachInvalid(here, container, dnsLabelErrors(container))),
    ...resourceTargetErrors(target, at.child('target')),
  ]
}

/** The sources in the order in which they are looked at, with the type that asks for each. */
const SOURCES = {
  object: 'Object',
  external: 'External',
  pods: 'Pods',
  resource: 'Resource',
  containerResource: 'ContainerResource',
} as const
type Source = keyof typeof SOURCES
const TYPES = Object.values(SOURCES).toSorted()

function sourceErrors(spec: MetricSpec, source: Source, at: Path): FieldError[] {
  const { object, external, pods, resource, containerResource } = spec
  if (source === 'object' && object !== undefined) return objectErrors(object, at)
  if (source === 'external' && external !== undefined) return externalErrors(external, at)
  if (source === 'pods' && pods !== undefined) return podsErrors(pods, at)
  if (source === 'resource' && resource !== undefined) {
    return [
      ...nameErrors(resource.name ?? '', at.child('name')),
      ...resourceTargetErrors(resource.target, at.child('target')),
    ]
  }
  return containerResource === undefined ? [] : containerErrors(containerResource, at)
}

/** An unknown type is told twice, as Kubernetes tells it. */
export function metricErrors(spec: MetricSpec, at: Path): FieldError[] {
  const { type = '' } = spec
  const typeAt = at.child('type')
  const errors: FieldError[] = []
  if (type === '') errors.push(required(typeAt, 'must specify a metric source type'))
  const unknown = TYPES.every((known) => known !== type) ? [notSupported(typeAt, type, TYPES)] : []
  errors.push(...unknown)
  const sources = (Object.keys(SOURCES) as Source[]).filter((source) => spec[source] !== undefined) // keys of SOURCES
  const [first] = sources
  if (first !== undefined) errors.push(...sourceErrors(spec, first, at.child(first)))
  const expected = (Object.keys(SOURCES) as Source[]).find((source) => SOURCES[source] === type) // keys of SOURCES
  if (expected !== undefined && spec[expected] === undefined) {
    errors.push(required(at.child(expected), 'must populate information for the given metric source'))
  }
  errors.push(...unknown)
  if (sources.length === 1) return errors
  const others = sources.filter((source) => source !== expected)
  return [
    ...errors,
    ...others.map((source) => forbidden(at.child(source), 'must populate the given metric source only')),
  ]
}
