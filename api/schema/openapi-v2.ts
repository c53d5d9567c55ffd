import type { Kind } from '../kinds/kind.ts'
import type { JsonObject } from '../meta/object.ts'
import type { Describe } from './descriptions.ts'
import { OBJECTS, PATCH, PATCHES, QUERY, pathsOf, type Operation, type Path } from './openapi-paths.ts'
import { reachable, refTo, schemasOf } from './openapi-schema.ts'
import { discoveryPaths, resourcesPath } from './openapi-discovery.ts'
import { about, documentOf, KUBERNETES, publishedKinds } from './openapi-v3.ts'

/** The body of /openapi/v2: one swagger 2.0 document of all served kinds. */
export function openapiV2(kinds: readonly Kind[], describe: Describe): JsonObject {
  const published = publishedKinds(kinds)
  const versions = new Map(kinds.map((kind) => [documentOf(kind), kind]))
  const discovery = [...discoveryPaths(kinds).values(), ...[...versions.values()].map(resourcesPath)]
  const answers = discovery.flatMap(({ operations }) => operations.get?.answer ?? [])
  const paths = [...discovery, ...kinds.flatMap(pathsOf)]
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: KUBERNETES },
    paths: Object.fromEntries(paths.map((path) => [path.path, pathItem(path)])),
    definitions: schemasOf(reachable([...published.keys(), ...answers]), published, 'v2', describe),
    securityDefinitions: {
      BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  }
}

function pathItem({ parameters, operations }: Path): JsonObject {
  const methods = Object.entries(operations).map(([method, operation]) => [method, operationOf(operation)])
  const all = Object.fromEntries(methods) as JsonObject
  if (parameters === undefined) return all
  const named = parameters.map((name) => ({ ...parameter(name, 'path', 'string'), required: true }))
  return { ...all, parameters: [...named, parameter('pretty', 'query', 'string')] }
}

const parameter = (name: string, place: string, type: string): JsonObject => ({
  uniqueItems: true,
  type,
  name,
  in: place,
})

function operationOf(operation: Operation): JsonObject {
  const body = operation.body
  return {
    ...(body === undefined ? {} : { consumes: body === PATCH ? PATCHES : ['*/*'] }),
    produces: operation.answer === undefined ? ['text/plain'] : OBJECTS,
    schemes: ['https'],
    tags: [operation.tag],
    operationId: operation.id,
    parameters: [
      ...(body === undefined ? [] : [{ name: 'body', in: 'body', required: true, schema: refTo(body, 'v2') }]),
      ...operation.query.map((name) => parameter(name, 'query', QUERY[name]!)),
    ],
    responses: {
      '200': {
        description: 'OK',
        schema: operation.answer === undefined ? { type: 'string' } : refTo(operation.answer, 'v2'),
      },
      '401': { description: 'Unauthorized' },
    },
    ...about(operation),
  }
}
