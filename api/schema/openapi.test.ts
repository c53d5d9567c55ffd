import { inflateRawSync } from 'node:zlib'
import { BinaryReader } from '@bufbuild/protobuf/wire'
import { expect, test } from 'vitest'
import type { Kind, ResourceFacts } from '../kinds/kind.ts'
import type { Json, JsonObject } from '../meta/object.ts'
import { descriptionsIn, PACKED_DESCRIPTIONS } from './descriptions.ts'
import { openapiV2Protobuf } from './openapi-protobuf.ts'
import { openapiV2 } from './openapi-v2.ts'
import { openapiV3, openapiV3Index } from './openapi-v3.ts'
import recorded from './openapi-recorded.json' with { type: 'json' }
import resources from './table/resources.json' with { type: 'json' }

const SERVED = ['Pod', 'ConfigMap', 'Service', 'Namespace', 'Deployment', 'Job', 'SelfSubjectReview']
const SUBRESOURCES = ['status', 'scale', 'binding', 'log', 'exec']
const kinds: Kind[] = (resources as ResourceFacts[])
  .filter((facts) => SERVED.includes(facts.kind))
  .map((facts) => ({
    ...facts,
    resource: facts.group === '' ? facts.plural : `${facts.plural}.${facts.group}`,
    apiVersion: facts.group === '' ? facts.version : `${facts.group}/${facts.version}`,
    model: `io.k8s.api.${facts.group.split('.')[0] || 'core'}.${facts.version}.${facts.kind}`,
    forms: [],
    rules: { subresources: SUBRESOURCES },
  }))

/** A walk into JSON; the last key of a path may hold dots and slashes. */
const into = (value: Json | undefined, ...path: string[]): Json | undefined =>
  path.reduce<Json | undefined>((at, key) => (at as JsonObject | undefined)?.[key], value)
const describe = descriptionsIn(inflateRawSync(Buffer.from(PACKED_DESCRIPTIONS, 'base64')).toString())
const core = openapiV3('api/v1', kinds, describe)
const apps = openapiV3('apis/apps/v1', kinds, describe)
const schema = (document: Json | undefined, model: string, ...path: string[]) =>
  into(document, 'components', 'schemas', model, ...path)

test('[AP61] the index names the document of each served group and version, with a hash that follows its content', () => {
  const paths = into(openapiV3Index(kinds), 'paths') as Record<string, { serverRelativeURL: string }>
  const groups = ['apps', 'authentication.k8s.io', 'batch'].flatMap((group) => [`apis/${group}`, `apis/${group}/v1`])
  expect(Object.keys(paths)).toEqual(['api', 'api/v1', 'apis', ...groups, 'version'])
  expect(paths['apis/apps/v1']!.serverRelativeURL).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{16}$/)
  const fewer = into(openapiV3Index(kinds.filter((kind) => kind.kind !== 'Pod')), 'paths')
  expect(into(fewer, 'apis/apps/v1')).toEqual(paths['apis/apps/v1'])
  expect(into(fewer, 'api/v1')).not.toEqual(paths['api/v1'])
  expect(openapiV3('apis/nope/v1', kinds, describe)).toBeUndefined()
})

test('[AP62] kinds are found by their group, version and kind', () => {
  expect(schema(apps, 'io.k8s.api.apps.v1.Deployment', 'x-kubernetes-group-version-kind')).toEqual([
    { group: 'apps', kind: 'Deployment', version: 'v1' },
  ])
  expect(schema(apps, 'io.k8s.api.autoscaling.v1.Scale', 'x-kubernetes-group-version-kind')).toEqual([
    { group: 'autoscaling', kind: 'Scale', version: 'v1' },
  ])
  expect(schema(apps, 'io.k8s.api.core.v1.PodSpec', 'x-kubernetes-group-version-kind')).toBeUndefined()
})

test('[AP62] only types that served kinds lead to are published, and all of those', () => {
  expect(schema(apps, 'io.k8s.api.core.v1.Pod')).toBeUndefined()
  for (const document of [core, apps]) {
    const text = JSON.stringify(document)
    const refs = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]!))
    for (const model of refs) expect(schema(document, model), model).toBeDefined()
  }
})

test('[AP63] what patches need to know stands at the fields', () => {
  expect(schema(apps, 'io.k8s.api.core.v1.Container', 'properties', 'ports')).toEqual({
    description: expect.stringMatching(/^List of ports to expose from the container\./),
    type: 'array',
    items: { $ref: '#/components/schemas/io.k8s.api.core.v1.ContainerPort' },
    'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-patch-merge-key': 'containerPort',
    'x-kubernetes-patch-strategy': 'merge',
  })
  expect(schema(apps, 'io.k8s.api.apps.v1.DeploymentSpec', 'properties', 'strategy')).toEqual({
    description: 'The deployment strategy to use to replace existing pods with new ones.',
    default: {},
    allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy' }],
    'x-kubernetes-patch-strategy': 'retainKeys',
  })
})

/** Recorded at /openapi/v3 of a kube-apiserver 1.36.2. */
test.each(Object.entries(recorded))('[AP63] %s is published as Kubernetes publishes it', (model, expected) => {
  const document = model.includes('.batch.') ? openapiV3('apis/batch/v1', kinds, describe) : core
  expect(schema(document, model)).toEqual(expected)
})

test('[AP63] numbers and words that one field may hold are a choice', () => {
  expect(schema(core, 'io.k8s.apimachinery.pkg.util.intstr.IntOrString')).toEqual({
    description: expect.stringMatching(/^IntOrString is a type that can hold an int32 or a string\./),
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  })
  expect(schema(core, 'io.k8s.apimachinery.pkg.api.resource.Quantity')).toEqual({
    description: expect.stringMatching(/^Quantity is a fixed-point representation of a number\./),
    oneOf: [{ type: 'string' }, { type: 'number' }],
  })
})

/** `schemas` of a document, with the fields of each. */
const published = (document: Json | undefined): [string, { description?: string; properties?: JsonObject }][] =>
  Object.entries(into(document, 'components', 'schemas') as JsonObject) as never

test('[AP280] every published type and field is described', () => {
  for (const document of [core, apps]) {
    const silent = published(document).filter(([, { description = '' }]) => description === '')
    expect(silent.map(([model]) => model)).toEqual([])
  }
  const fields = published(core).flatMap(([model, { properties }]) =>
    Object.entries(properties ?? {}).map(([field, it]) => [`${model} ${field}`, into(it, 'description')]),
  )
  const silent = fields.filter(([, description]) => description === undefined).map(([field]) => field)
  expect(silent).toEqual([])
})

test('[AP280] a field that holds one of few words tells what each means', () => {
  expect(schema(core, 'io.k8s.api.core.v1.Container', 'properties', 'terminationMessagePolicy', 'description')).toMatch(
    /Cannot be updated\.\n\nPossible enum values:\n - `"FallbackToLogsOnError"` will read [^\n]+\n - `"File"` is the default behavior/,
  )
})

test('[AP280] what a struct or a word is when it is left out is told in OpenAPI v3 alone', () => {
  const protocol = ['io.k8s.api.core.v1.ContainerPort', 'properties', 'protocol', 'default']
  const spec = ['io.k8s.api.core.v1.Pod', 'properties', 'spec', 'default']
  const time = ['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'properties', 'creationTimestamp', 'default']
  expect([protocol, spec, time].map((path) => into(core, 'components', 'schemas', ...path))).toEqual([
    'TCP',
    {},
    undefined,
  ])
  const v2 = openapiV2(kinds, describe)
  expect([protocol, spec, time].map((path) => into(v2, 'definitions', ...path))).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

/** kubectl looks for this on the PATCH of a kind: QueryParamVerifierV3, Patcher.gvkSupportsPatchOpenAPIV3. */
test('[AP64] a PATCH says its kind, fieldValidation, dryRun and the patch types', () => {
  const patch = into(core, 'paths', '/api/v1/namespaces/{namespace}/pods/{name}', 'patch')
  expect(into(patch, 'x-kubernetes-group-version-kind')).toEqual({ group: '', kind: 'Pod', version: 'v1' })
  const parameters = into(patch, 'parameters') as { name: string; in: string }[]
  expect(parameters.filter((it) => it.in === 'query').map((it) => it.name)).toEqual([
    'dryRun',
    'fieldManager',
    'fieldValidation',
    'force',
  ])
  expect(Object.keys(into(patch, 'requestBody', 'content') as JsonObject)).toContain(
    'application/strategic-merge-patch+json',
  )
})

test('[AP64] only what is served has a path', () => {
  const paths = Object.keys(into(core, 'paths') as JsonObject)
  expect(paths.filter((path) => path.includes('/pods'))).toEqual([
    '/api/v1/namespaces/{namespace}/pods',
    '/api/v1/namespaces/{namespace}/pods/{name}',
    '/api/v1/pods',
    '/api/v1/namespaces/{namespace}/pods/{name}/binding',
    '/api/v1/namespaces/{namespace}/pods/{name}/exec',
    '/api/v1/namespaces/{namespace}/pods/{name}/log',
    '/api/v1/namespaces/{namespace}/pods/{name}/status',
  ])
  expect(into(core, 'paths', '/api/v1/namespaces', 'delete')).toBeUndefined()
  const operation = (path: string, method: string) => into(core, 'paths', `/api/v1/${path}`, method, 'operationId')
  expect(operation('pods', 'get')).toBe('listCoreV1PodForAllNamespaces')
  expect(operation('namespaces/{namespace}/pods', 'delete')).toBe('deleteCoreV1CollectionNamespacedPod')
  expect(operation('namespaces/{namespace}/pods/{name}/log', 'get')).toBe('readCoreV1NamespacedPodLog')
  expect(operation('namespaces/{namespace}/pods/{name}/exec', 'post')).toBe('connectPostCoreV1NamespacedPodExec')
})

test('[AP65] swagger 2.0 holds all served kinds in one document', () => {
  const document = openapiV2(kinds, describe)
  expect(into(document, 'swagger')).toBe('2.0')
  expect(into(document, 'definitions', 'io.k8s.apimachinery.pkg.api.resource.Quantity')).toMatchObject({
    type: 'string',
  })
  expect(into(document, 'definitions', 'io.k8s.api.apps.v1.DeploymentSpec', 'properties', 'strategy')).toEqual({
    description: 'The deployment strategy to use to replace existing pods with new ones.',
    $ref: '#/definitions/io.k8s.api.apps.v1.DeploymentStrategy',
    'x-kubernetes-patch-strategy': 'retainKeys',
  })
  const patch = into(document, 'paths', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}', 'patch')
  expect(into(patch, 'parameters', '0')).toEqual({
    name: 'body',
    in: 'body',
    required: true,
    schema: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Patch' },
  })
})

/** Fields of a protobuf message by number: texts and bytes undecoded, numbers as they are. */
function fields(bytes: Uint8Array): Map<number, (Uint8Array | number)[]> {
  const reader = new BinaryReader(bytes)
  const found = new Map<number, (Uint8Array | number)[]>()
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    const value = wire === 2 ? reader.bytes() : reader.uint32()
    found.set(number, [...(found.get(number) ?? []), value])
  }
  return found
}
const decoder = new TextDecoder()
const inner = (bytes: Uint8Array, ...path: number[]): Uint8Array => {
  let at = bytes
  // A path of this test leads through messages only.
  for (const number of path) at = fields(at).get(number)![0] as Uint8Array
  return at
}
const text = (bytes: Uint8Array, ...path: number[]): string => decoder.decode(inner(bytes, ...path))
const list = (bytes: Uint8Array, number: number) => (fields(bytes).get(number) ?? []) as Uint8Array[]
const namedIn = (bytes: Uint8Array, number: number, name: string): Uint8Array =>
  inner(
    list(bytes, number).find((entry) => text(entry, 1) === name)!,
    2,
  )

test('[AP65] the protobuf form of swagger 2.0 reads as openapi.v2.Document', () => {
  const bytes = openapiV2Protobuf(openapiV2(kinds, describe))
  expect(text(bytes, 1)).toBe('2.0')
  const definitions = inner(bytes, 9)
  expect(list(definitions, 1)).toHaveLength(Object.keys(openapiV2(kinds, describe)['definitions'] as JsonObject).length)
  const container = namedIn(definitions, 1, 'io.k8s.api.core.v1.Container')
  expect(text(container, 22, 1)).toBe('object')
  const ports = namedIn(inner(container, 25), 1, 'ports')
  expect(text(ports, 22, 1)).toBe('array')
  expect(text(ports, 23, 1, 1)).toBe('#/definitions/io.k8s.api.core.v1.ContainerPort')
  expect(text(namedIn(ports, 31, 'x-kubernetes-patch-merge-key'), 2)).toBe('"containerPort"\n')
  const labels = namedIn(
    inner(namedIn(definitions, 1, 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'), 25),
    1,
    'labels',
  )
  expect(text(labels, 21, 1, 22, 1)).toBe('string')

  const patch = inner(namedIn(inner(bytes, 8), 2, '/api/v1/namespaces/{namespace}/pods/{name}'), 8)
  expect(JSON.parse(text(namedIn(patch, 13, 'x-kubernetes-group-version-kind'), 2))).toEqual({
    group: '',
    kind: 'Pod',
    version: 'v1',
  })
  const [body, ...query] = list(patch, 8)
  expect(text(body!, 1, 1, 5, 1)).toBe('#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Patch')
  expect(query.map((parameter) => text(parameter, 1, 2, 3, 4))).toEqual([
    'dryRun',
    'fieldManager',
    'fieldValidation',
    'force',
  ])
  expect(text(namedIn(inner(patch, 9), 1, '200'), 1, 2, 1, 1)).toBe('#/definitions/io.k8s.api.core.v1.Pod')
})
