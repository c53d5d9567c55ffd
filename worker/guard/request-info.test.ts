import { expect, test } from 'vitest'
import { requestInfo, type RequestInfo } from './request-info.ts'

const of = (method: string, url: string): RequestInfo => {
  const { pathname, searchParams } = new URL(url, 'http://x')
  return requestInfo(method, pathname, searchParams)
}

// [method, URL, verb, group, version, namespace, resource, subresource, name]
const RESOURCES: [string, string, string, string, string, string, string, string, string][] = [
  ['GET', '/api/v1/namespaces', 'list', '', 'v1', '', 'namespaces', '', ''],
  ['GET', '/api/v1/namespaces/other', 'get', '', 'v1', 'other', 'namespaces', '', 'other'],
  ['PUT', '/api/v1/namespaces/other/finalize', 'update', '', 'v1', 'other', 'namespaces', 'finalize', 'other'],
  ['GET', '/api/v1/namespaces/other/pods', 'list', '', 'v1', 'other', 'pods', '', ''],
  ['GET', '/api/v1/namespaces/other/pods/foo', 'get', '', 'v1', 'other', 'pods', '', 'foo'],
  ['HEAD', '/api/v1/namespaces/other/pods/foo', 'get', '', 'v1', 'other', 'pods', '', 'foo'],
  ['GET', '/api/v1/pods', 'list', '', 'v1', '', 'pods', '', ''],
  ['GET', '/api/v1/pods?watch=1', 'watch', '', 'v1', '', 'pods', '', ''],
  ['GET', '/api/v1/pods?watch=false', 'list', '', 'v1', '', 'pods', '', ''],
  ['GET', '/api/v1/watch/namespaces/other/pods/foo', 'watch', '', 'v1', 'other', 'pods', '', 'foo'],
  ['POST', '/api/v1/namespaces/other/pods/foo/binding', 'create', '', 'v1', 'other', 'pods', 'binding', 'foo'],
  ['GET', '/apis/apps/v1/namespaces/a/deployments/d/scale', 'get', 'apps', 'v1', 'a', 'deployments', 'scale', 'd'],
  ['PATCH', '/api/v1/nodes/n/status', 'patch', '', 'v1', '', 'nodes', 'status', 'n'],
  ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection', '', 'v1', 'a', 'pods', '', ''],
  ['DELETE', '/api/v1/namespaces/a/pods/p', 'delete', '', 'v1', 'a', 'pods', '', 'p'],
  ['GET', '/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Dx', 'list', '', 'v1', 'a', 'pods', '', 'x'],
  ['GET', '/api/v1/namespaces//secrets', 'list', '', 'v1', '', 'secrets', '', ''],
  ['GET', '/apis/foo.example.com/v1/bars', 'list', 'foo.example.com', 'v1', '', 'bars', '', ''],
  ['GET', '/api/v1/namespaces/a/configmaps/%78', 'get', '', 'v1', 'a', 'configmaps', '', 'x'],
  ['PROPFIND', '/api/v1/namespaces/a/configmaps', '', '', 'v1', 'a', 'configmaps', '', ''],
]

test.each(RESOURCES)(
  '[AP1] %s %s is %s',
  (method, url, verb, group, version, namespace, resource, subresource, name) => {
    expect(of(method, url)).toMatchObject({
      isResourceRequest: true,
      verb,
      group,
      version,
      namespace,
      resource,
      subresource,
      name,
    })
  },
)

test.each(['/', '/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1', '/version', '/podo/node', '/openapi/v2'])(
  '[AP1] %s is no resource',
  (path) => {
    expect(of('GET', path)).toMatchObject({ isResourceRequest: false, verb: 'get', path })
  },
)
