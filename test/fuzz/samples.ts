import { join } from 'node:path'
import { kindOfObject } from '../../api/kinds/index.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import type { Json, JsonObject } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import { readCases } from '../recorded/case.ts'

/** An object that a real API server took, and where it was sent. */
export interface Sample {
  readonly kind: Kind
  readonly body: JsonObject
}

/** The namespace that every sample is moved to. */
export const NAMESPACE = 'fuzz'

/** All objects that the recorded conversations created, of kinds that podo serves. */
export function readSamples(): Sample[] {
  const steps = readCases(join(import.meta.dirname, '../recorded/cases'))
    .filter(({ area }) => area !== 'crd')
    .flatMap((recorded) => [recorded, ...(recorded.setup ?? [])])
  return steps.flatMap(({ method, body }): Sample[] => {
    if (method !== 'POST' || !isJsonObject(body)) return []
    const { apiVersion, kind: name } = body
    if (typeof apiVersion !== 'string' || typeof name !== 'string') return []
    const kind = kindOfObject(apiVersion, name)
    // A webhook would refuse everything else, for podo calls none.
    const isWebhook = kind?.plural.endsWith('webhookconfigurations') === true
    return kind === undefined || isWebhook || !kind.verbs.includes('create') ? [] : [{ kind, body: moved(body) }]
  })
}

/** Variables of the recording become plain names. */
const moved = (body: JsonObject): JsonObject =>
  JSON.parse(
    JSON.stringify(body)
      .replaceAll('$NS', NAMESPACE)
      .replaceAll(/\$\{?[A-Z]+\}?/g, 'x'),
  )

export const collectionOf = ({ group, version, plural, namespaced }: Kind): string =>
  `${group === '' ? `/api/${version}` : `/apis/${group}/${version}`}${namespaced ? `/namespaces/${NAMESPACE}` : ''}/${plural}`

export const nameOf = (body: Json | undefined): string => {
  const metadata = isJsonObject(body) ? body['metadata'] : undefined
  const name = isJsonObject(metadata) ? metadata['name'] : undefined
  return typeof name === 'string' ? name : ''
}
