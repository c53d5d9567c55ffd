import { badRequest } from '../../api/meta/failures.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { goJsonType } from '../../api/schema/go-print.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import type { Application } from '../registry/registry.ts'
import { type Call, keyOf, showingOf } from './api.ts'
import { permit } from './authentication.ts'
import { readBody, textOf } from './body.ts'
import { patchOptions, type WriteQuery } from './options.ts'
import { booleanOf } from './query.ts'
import { respond } from './respond.ts'
import { show } from './view.ts'
import { parseYaml, YamlError } from './yaml.ts'

/** What a client applies, and what is to be told of it once it was applied. */
export interface ApplyRequest {
  readonly application: Application
  readonly options: WriteQuery
  /** go-yaml's lines on keys that stand twice: warnings, or a 400 under Strict. */
  tell(warnings: string[]): void
}

/** PATCH as application/apply-patch+yaml: 201 where the object was created by it, which needs the right to create, too. */
export async function apply(call: Call): Promise<Response> {
  const { showing, format } = showingOf(call)
  const { application, options, tell } = await readApply(call)
  const { api, kind, caller, info } = call
  const key = keyOf(call)
  const { row, created } = api.store.transaction((tx) => {
    if (info.subresource === '' && tx.get(key) === undefined) permit(api, caller.user, { ...info, verb: 'create' })
    const body = renamed(application.body, info.name)
    // Kubernetes looks at the name of what was merged, so conflicts are told first; the throw takes the write back.
    const applied = api.registry.apply(tx, caller, kind, key, info.subresource, { ...application, body }, options)
    checkName(application.body, info.name)
    tell(caller.warnings)
    return applied
  })
  return respond(show(showing, row), format, created ? 201 : 200, caller.warnings)
}

/** The body under the name of the URL. */
const renamed = (body: JsonObject, name: string): JsonObject =>
  isJsonObject(body['metadata']) && body['metadata']['name'] !== undefined
    ? { ...body, metadata: { ...body['metadata'], name } }
    : body

/** Reads the options and the body; throws 422 without a manager, 400 for what is no YAML of an object. */
export async function readApply(call: Call): Promise<ApplyRequest> {
  const bytes = await readBody(call.request)
  const options = patchOptions(call.query, true)
  const { value, duplicates } = parse(bytes)
  const strict = options.fieldValidation === 'Strict'
  return {
    application: { body: value, force: booleanOf(call.query, 'force') === true },
    options,
    tell(warnings) {
      if (duplicates.length === 0 || options.fieldValidation === 'Ignore') return
      if (!strict) warnings.push(...duplicates)
      else
        throw badRequest(
          `error strict decoding YAML: ${CONVERTING}yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`,
        )
    },
  }
}

const CONVERTING = 'error converting YAML to JSON: '
const refuse = (why: string): Error => badRequest(`error decoding YAML: ${why}`)

function parse(bytes: Uint8Array): { value: JsonObject; duplicates: readonly string[] } {
  const { value, duplicates } = parseText(bytes)
  if (value === null) return { value: {}, duplicates }
  if (isJsonObject(value)) return { value, duplicates }
  const into = `cannot unmarshal ${goJsonType(value)} into Go value of type map[string]interface {}`
  throw refuse(`error unmarshaling JSON: while decoding JSON: json: ${into}`)
}

function parseText(bytes: Uint8Array): ReturnType<typeof parseYaml> {
  try {
    return parseYaml(textOf(bytes))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw refuse(error instanceof YamlError ? CONVERTING + why : why)
  }
}

/** `checkName` of apiserver's rest.go: the name may be left out of nothing that is applied. */
export function checkName(body: JsonObject, name: string): void {
  const { metadata } = body
  const given = isJsonObject(metadata) ? metadata['name'] : undefined
  if (typeof given === 'string' && given !== '' && given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
  }
}
