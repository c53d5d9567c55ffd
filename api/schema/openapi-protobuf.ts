import { BinaryWriter } from '@bufbuild/protobuf/wire'
import type { Json, JsonObject } from '../meta/object.ts'
import { isJsonObject } from './json-value.ts'

/**
 * Messages of gnostic's openapi.v2 that a Kubernetes document needs: `number name type`, `*` for repeated. `Any` is a
 * value as YAML text, and JSON is YAML. https://github.com/google/gnostic-models/blob/main/openapiv2/OpenAPIv2.proto
 */
const MESSAGES: Readonly<Record<string, string>> = {
  Document:
    '1 swagger string,2 info Info,3 host string,4 base_path string,5 schemes string*,6 consumes string*,' +
    '7 produces string*,8 paths Paths,9 definitions Definitions,12 security SecurityRequirement*,' +
    '13 security_definitions SecurityDefinitions,16 vendor_extension NamedAny*',
  Info: '1 title string,2 version string,3 description string,7 vendor_extension NamedAny*',
  Paths: '1 vendor_extension NamedAny*,2 path NamedPathItem*',
  PathItem:
    '1 _ref string,2 get Operation,3 put Operation,4 post Operation,5 delete Operation,6 options Operation,' +
    '7 head Operation,8 patch Operation,9 parameters ParametersItem*,10 vendor_extension NamedAny*',
  Operation:
    '1 tags string*,2 summary string,3 description string,5 operation_id string,6 produces string*,' +
    '7 consumes string*,8 parameters ParametersItem*,9 responses Responses,10 schemes string*,11 deprecated bool,' +
    '12 security SecurityRequirement*,13 vendor_extension NamedAny*',
  BodyParameter:
    '1 description string,2 name string,3 in string,4 required bool,5 schema Schema,6 vendor_extension NamedAny*',
  PathParameterSubSchema:
    '1 required bool,2 in string,3 description string,4 name string,5 type string,6 format string,' +
    '19 unique_items bool,22 vendor_extension NamedAny*',
  QueryParameterSubSchema:
    '1 required bool,2 in string,3 description string,4 name string,6 type string,7 format string,' +
    '20 unique_items bool,23 vendor_extension NamedAny*',
  Responses: '1 response_code NamedResponseValue*,2 vendor_extension NamedAny*',
  Response: '1 description string,2 schema SchemaItem,5 vendor_extension NamedAny*',
  Definitions: '1 additional_properties NamedSchema*',
  Schema:
    '1 _ref string,2 format string,3 title string,4 description string,5 default Any,16 unique_items bool,' +
    '19 required string*,20 enum Any*,21 additional_properties AdditionalPropertiesItem,22 type TypeItem,' +
    '23 items ItemsItem,24 all_of Schema*,25 properties Properties,27 read_only bool,31 vendor_extension NamedAny*',
  Properties: '1 additional_properties NamedSchema*',
  SecurityDefinitions: '1 additional_properties NamedSecurityDefinitionsItem*',
  ApiKeySecurity: '1 type string,2 name string,3 in string,4 description string,5 vendor_extension NamedAny*',
  SecurityRequirement: '1 additional_properties NamedStringArray*',
  StringArray: '1 value string*',
}
interface Row {
  readonly number: number
  readonly name: string
  readonly type: string
  readonly repeated: boolean
}
const rows = (message: string): Row[] =>
  (MESSAGES[message] ?? '').split(',').map((text) => {
    const [number, name, type] = text.split(' ') as [string, string, string]
    return { number: Number(number), name, type: type.replace('*', ''), repeated: type.endsWith('*') }
  })
const TABLE = new Map(Object.keys(MESSAGES).map((message) => [message, rows(message)]))

const camel = (name: string): string =>
  name === '_ref' ? '$ref' : name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/**
 * What clients ask for, old name and new. kubectl before 1.29 asks for the old one and cannot read it in the answer's
 * Content-Type, for `@` is no part of a media type: the answer to both is the new name, as in Kubernetes.
 */
export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
export const OPENAPI_V2_PROTOBUF_OLD = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/**
 * A swagger 2.0 document as a bare openapi.v2.Document of protobuf:
 * the only form of /openapi/v2 that kubectl before 1.29 can read.
 */
export const openapiV2Protobuf = (document: JsonObject): Uint8Array => message('Document', document).finish()

function message(name: string, json: Json): BinaryWriter {
  const wrapper = WRAPPERS[name]
  if (wrapper !== undefined) return wrapper(json)
  if (name.startsWith('Named')) throw new Error(`${name} is written by named() only`)
  const writer = new BinaryWriter()
  const table = TABLE.get(name)
  if (table === undefined || !isJsonObject(json))
    throw new Error(`openapi.v2 cannot hold ${JSON.stringify(json)} as ${name}`)
  for (const row of table) {
    const { number, type, repeated } = row
    if (type.startsWith('Named')) {
      for (const [key, value] of membersFor(row.name, json)) nested(writer, number, named(type.slice(5), key, value))
      continue
    }
    const value = json[camel(row.name)]
    if (value === undefined) continue
    for (const item of repeated && Array.isArray(value) ? value : [value]) field(writer, number, type, item)
  }
  return writer
}

/** Which members of a JSON object a field of name and value pairs stands for. */
function membersFor(field: string, json: JsonObject): [string, Json][] {
  const isExtension = (key: string) => key.startsWith('x-')
  return Object.entries(json).filter(
    ([key]) => (field === 'vendor_extension') === isExtension(key) || field === 'additional_properties',
  )
}

function named(type: string, name: string, value: Json): BinaryWriter {
  const writer = new BinaryWriter()
  field(writer, 1, 'string', name)
  field(writer, 2, type, value)
  return writer
}

function field(writer: BinaryWriter, number: number, type: string, value: Json): void {
  if (type === 'string') writer.tag(number, 2).string(String(value))
  else if (type === 'bool') writer.tag(number, 0).bool(value === true)
  else nested(writer, number, message(type, value))
}

const nested = (writer: BinaryWriter, number: number, inner: BinaryWriter): void => {
  writer.tag(number, 2).bytes(inner.finish())
}
const wrap = (number: number, type: string, value: Json): BinaryWriter => {
  const writer = new BinaryWriter()
  field(writer, number, type, value)
  return writer
}

/** Messages that are a choice or a box around one value of the JSON. */
const WRAPPERS: Readonly<Record<string, (json: Json) => BinaryWriter>> = {
  Any: (json) => wrap(2, 'string', `${JSON.stringify(json)}\n`),
  TypeItem: (json) => wrap(1, 'string', json),
  ItemsItem: (json) => wrap(1, 'Schema', json),
  AdditionalPropertiesItem: (json) => (isJsonObject(json) ? wrap(1, 'Schema', json) : wrap(2, 'bool', json)),
  SchemaItem: (json) => wrap(1, 'Schema', json),
  ResponseValue: (json) => wrap(1, 'Response', json),
  SecurityDefinitionsItem: (json) => wrap(2, 'ApiKeySecurity', json),
  StringArray: (json) => {
    const writer = new BinaryWriter()
    for (const item of Array.isArray(json) ? json : []) field(writer, 1, 'string', item)
    return writer
  },
  ParametersItem: (json) => wrap(1, 'Parameter', json),
  Parameter: (json) =>
    wrap(placeOf(json) === 'body' ? 1 : 2, placeOf(json) === 'body' ? 'BodyParameter' : 'NonBodyParameter', json),
  NonBodyParameter: (json) =>
    placeOf(json) === 'path' ? wrap(4, 'PathParameterSubSchema', json) : wrap(3, 'QueryParameterSubSchema', json),
}
const placeOf = (json: Json): Json | undefined => (isJsonObject(json) ? json['in'] : undefined)
