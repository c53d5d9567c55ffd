import type { Json, JsonObject } from '../meta/object.ts'
import { isJsonObject } from '../schema/json-value.ts'
import type { MetricSpec, MetricStatus } from '../schema/types.generated.ts'

/**
 * Metrics as autoscaling/v1 writes them into annotations, in Go's order of fields: the flat types of
 * k8s.io/api/autoscaling/v1, to and from those of autoscaling/v2 (pkg/apis/autoscaling/v1/conversion.go).
 */

const given = (name: string, value: Json | undefined): JsonObject =>
  value === undefined || value === null ? {} : { [name]: value }
const member = (value: Json | undefined, name: string): Json | undefined =>
  isJsonObject(value) ? value[name] : undefined

type Source = 'object' | 'pods' | 'resource' | 'containerResource' | 'external'
const SOURCES: readonly Source[] = ['object', 'pods', 'resource', 'containerResource', 'external']

/** What the flat types call the numbers of a metric: those that are asked for, and those that were measured. */
const TARGET = {
  part: 'target',
  value: 'targetValue',
  average: 'targetAverageValue',
  share: 'targetAverageUtilization',
}
const CURRENT = {
  part: 'current',
  value: 'currentValue',
  average: 'currentAverageValue',
  share: 'currentAverageUtilization',
}
type Words = typeof TARGET

function flat(source: Source, of: JsonObject, words: Words): JsonObject {
  const { name, selector } = isJsonObject(of['metric']) ? of['metric'] : {}
  const amounts = of[words.part]
  const [value, average] = [member(amounts, 'value'), member(amounts, 'averageValue')]
  const share = given(words.share, member(amounts, 'averageUtilization'))
  const measured = words === CURRENT
  switch (source) {
    case 'object':
      return {
        target: of['describedObject'] ?? {},
        metricName: name ?? '',
        [words.value]: value ?? '0',
        ...given('selector', selector),
        ...given('averageValue', average),
      }
    case 'pods':
      return { metricName: name ?? '', [words.average]: average ?? '0', ...given('selector', selector) }
    case 'external':
      return {
        metricName: name ?? '',
        ...given('metricSelector', selector),
        ...given(words.value, value ?? (measured ? '0' : undefined)),
        ...given(words.average, average),
      }
    case 'resource':
    case 'containerResource': {
      const amount = given(words.average, average ?? (measured ? '0' : undefined))
      return { name: of['name'] ?? '', ...share, ...amount, ...given('container', of['container']) }
    }
  }
}

/** Which of a target's numbers counts. */
function typeOf(source: Source, value: Json | undefined, average: Json | undefined, share: Json | undefined): string {
  if (source === 'object') return average === undefined ? 'Value' : 'AverageValue'
  if (source === 'pods') return 'AverageValue'
  if (source === 'external') return value === undefined ? 'AverageValue' : 'Value'
  return share === undefined ? 'AverageValue' : 'Utilization'
}

function nested(source: Source, of: JsonObject, words: Words): JsonObject {
  const value = of[words.value]
  const average = source === 'object' ? of['averageValue'] : of[words.average]
  const share = of[words.share]
  const amounts = {
    ...(words === TARGET ? { type: typeOf(source, value, average, share) } : {}),
    ...given('value', value),
    ...given('averageValue', average),
    ...given('averageUtilization', share),
  }
  const selector = source === 'external' ? of['metricSelector'] : of['selector']
  const metric = { name: of['metricName'] ?? '', ...given('selector', selector) }
  if (source === 'resource' || source === 'containerResource') {
    return { name: of['name'] ?? '', [words.part]: amounts, ...given('container', of['container']) }
  }
  const described = source === 'object' ? { describedObject: of['target'] ?? {} } : {}
  return { metric, [words.part]: amounts, ...described }
}

function each(metric: JsonObject, make: (source: Source, of: JsonObject) => JsonObject): JsonObject {
  const result: JsonObject = { type: metric['type'] ?? '' }
  for (const source of SOURCES) {
    const of = metric[source]
    if (isJsonObject(of)) result[source] = make(source, of)
  }
  return result
}

// Metrics are JSON; what `each` makes of them has the fields of the other form.
export const metricToV1 = (metric: MetricSpec): JsonObject =>
  each(metric as unknown as JsonObject, (source, of) => flat(source, of, TARGET))
export const statusToV1 = (metric: MetricStatus): JsonObject =>
  each(metric as unknown as JsonObject, (source, of) => flat(source, of, CURRENT))
export const metricFromV1 = (metric: JsonObject): MetricSpec =>
  each(metric, (source, of) => nested(source, of, TARGET)) as unknown as MetricSpec
export const statusFromV1 = (metric: JsonObject): MetricStatus =>
  each(metric, (source, of) => nested(source, of, CURRENT)) as unknown as MetricStatus
