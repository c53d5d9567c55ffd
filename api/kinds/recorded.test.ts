import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { invalid } from '../meta/failures.ts'
import type { Json, JsonObject, Resource } from '../meta/object.ts'
import { StatusError } from '../meta/status-error.ts'
import { validateMeta } from '../meta/validate-meta.ts'
import { canonical } from '../schema/canonical.ts'
import { decode } from '../schema/decode.ts'
import { withDefaults } from '../schema/default.ts'
import { mergePatch } from '../schema/merge-patch.ts'
import { kindOfResource } from './index.ts'
import type { Kind } from './kind.ts'
import { admitted, furnished, updating } from '../../test/support/admitted.ts'
import { makeAdmission } from '../../worker/admission/index.ts'

/**
 * What a running kube-apiserver 1.36 answered to these writes: the kinds must say the same, to the letter. The way from
 * body to verdict is that of worker/registry, without a store.
 */
interface Case {
  id: string
  resource: string
  namespace: string
  subresource?: string
  setup?: JsonObject
  create?: JsonObject
  put?: JsonObject
  patch?: JsonObject
  status: number
  message?: string
  causes?: [field: string, message: string, reason: string][]
  warnings?: string[]
}

const folder = new URL('testdata/', import.meta.url)
const lines = readdirSync(folder)
  .filter((name) => /^recorded.*\.jsonl$/.test(name))
  .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').trim().split('\n'))
const cases = lines.map((line) => JSON.parse(line) as Case)
const NOW = Date.parse('2026-11-24T04:53:56Z')

function defaulted(kind: Kind, body: Json): Resource {
  return withDefaults(kind.model, decode(kind.model, body).object) as unknown as Resource
}

function created(kind: Kind, namespace: string, body: JsonObject): Resource {
  const { metadata = {} } = body
  const filled = {
    ...body,
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {
      name: '',
      ...(metadata as JsonObject),
      ...(kind.namespaced ? { namespace } : {}),
      uid: 'u',
      creationTimestamp: '2026-11-24T04:53:56Z',
    },
  }
  const context = { now: NOW, operation: 'create' }
  let object = defaulted(kind, filled)
  object = admitted(kind, object)
  object = kind.rules.prepareCreate?.(object, context) ?? object
  const errors = [...validateMeta(object, undefined, kind), ...(kind.rules.validate?.(object, context) ?? [])]
  if (errors.length > 0) throw invalid(kind, object.metadata.name, errors)
  object = kind.rules.allocate?.(object, undefined, { list: () => [], dryRun: true }) ?? object
  const stored = canonical(kind.model, object as unknown as JsonObject) as unknown as Resource
  return { ...stored, metadata: { ...stored.metadata, resourceVersion: '1' } }
}

function updated(kind: Kind, old: Resource, body: JsonObject, subresource: string): Resource {
  let object = defaulted(kind, body)
  object = { ...object, metadata: { ...object.metadata, resourceVersion: '1' } }
  const part = (of: Resource): JsonObject => of as unknown as JsonObject
  const { status, ...rest } = part(subresource === 'status' ? old : object)
  const kept = subresource === 'status' ? part(object)['status'] : part(old)['status']
  object = { ...rest, ...(kept === undefined ? {} : { status: kept }) } as unknown as Resource
  if (subresource === 'status') object = { ...object, metadata: old.metadata }
  void status
  const context = { now: NOW, operation: subresource || 'update' }
  const asked = updating(kind, object, old, undefined, subresource)
  object = makeAdmission().mutate(furnished(old.metadata.namespace ?? ''), asked)
  object = kind.rules.prepareUpdate?.(object, old, context) ?? object
  const own =
    subresource === 'status' && kind.rules.validateStatus !== undefined
      ? kind.rules.validateStatus(object, old)
      : [
          ...(kind.rules.validate?.(object, context) ?? []),
          ...(kind.rules.validateUpdate?.(object, old, context) ?? []),
        ]
  const errors = [...validateMeta(object, old, kind), ...own]
  if (errors.length > 0) throw invalid(kind, object.metadata.name, errors)
  return kind.rules.allocate?.(object, old, { list: () => [], dryRun: true }) ?? object
}

function answer(of: Case): { status: number; message?: string; causes?: unknown; warnings?: string[] } {
  const kind = kindOfResource(of.resource)
  if (kind === undefined) throw new Error(`no kind ${of.resource}`)
  try {
    if (of.create !== undefined) {
      const object = created(kind, of.namespace, of.create)
      const warnings = kind.rules.warn?.(object) ?? []
      return { status: 201, ...(warnings.length === 0 ? {} : { warnings }) }
    }
    const old = created(kind, of.namespace, of.setup ?? {})
    const before = old as unknown as JsonObject
    const body = of.put ?? (mergePatch(before, of.patch ?? {}) as JsonObject)
    const metadata = { ...(before['metadata'] as JsonObject), ...(body['metadata'] as JsonObject) }
    updated(kind, old, of.put === undefined ? body : { ...body, metadata }, of.subresource ?? '')
    return { status: 200 }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    const causes = error.details?.causes?.map(({ field, message, reason }) => [field, message, reason])
    return { status: error.code, message: error.message, ...(causes === undefined ? {} : { causes }) }
  }
}

test.each(cases)('[AP85] $id', (of) => {
  const { status, message, causes, warnings } = of
  expect(answer(of)).toEqual({
    status,
    ...(message === undefined ? {} : { message }),
    ...(causes === undefined ? {} : { causes }),
    ...(warnings === undefined ? {} : { warnings }),
  })
})
