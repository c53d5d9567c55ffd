import type { Kind } from '../kinds/kind.ts'
import type { JsonObject } from '../meta/object.ts'
import { OBJECTS, PATCH, PATCHES, QUERY, pathsOf, type Operation, type Path } from './openapi-paths.ts'
import { reachable, refTo, schemasOf } from './openapi-schema.ts'
import { KUBERNETES, publishedKinds } from './openapi-v3.ts'

/** The body of /openapi/v2: one swagger 2.0 document of all served kinds. */
export function openapiV2(kinds: readonly Kind[]): JsonObject {
  const published = publishedKinds(kinds)
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: KUBERNETES },
    paths: Object.fromEntries(kinds.flatMap(pathsOf).map((path) => [path.path, pathItem(path)])),
    definitions: schemasOf(reachable(published.keys()), published, 'v2'),
    securityDefinitions: {
      BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  }
}

function pathItem({ parameters, operations }: Path): JsonObject {
  const methods = Object.entries(operations).map(([method, operation]) => [method, operationOf(operation)])
  return {
    ...(Object.fromEntries(methods) as JsonObject),
    parameters: [
      ...parameters.map((name) => ({ ...parameter(name, 'path', 'string'), required: true })),
      parameter('pretty', 'query', 'string'),
    ],
  }
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
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': { ...operation.gvk },
  }
}
