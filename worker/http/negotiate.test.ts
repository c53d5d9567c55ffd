import { expect, test } from 'vitest'
import { negotiate, wantsPretty } from './negotiate.ts'

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

test.each([
  [null, 'json', 'object'],
  ['*/*', 'json', 'object'],
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'json', 'object'],
  ['application/yaml', 'yaml', 'object'],
  ['application/vnd.kubernetes.protobuf,application/json', 'protobuf', 'object'],
  ['application/json,application/vnd.kubernetes.protobuf', 'json', 'object'],
  ['application/json;q=0.1,application/yaml', 'yaml', 'object'],
  [`${TABLE},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`, 'json', 'table'],
  ['application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json', 'json', 'object'],
  ['application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'protobuf', 'partial'],
  ['application/json;stream=watch', 'json', 'object'],
])('[AP2] Accept %s is answered as %s, %s', (accept, media, as) => {
  expect(negotiate(accept)).toMatchObject({ media, view: { as } })
})

test('[AP2] what cannot be served is 406, in the text that fits', () => {
  for (const accept of ['text/xml', 'image/png', 'application/*']) {
    expect(() => negotiate(accept)).toThrow('406: Not Acceptable\n\nAvailable representations: application/json')
  }
  expect(() => negotiate('application/json;as=Foo;v=v1;g=meta.k8s.io')).toThrow('only the following media types')
  expect(() => negotiate(TABLE, { views: false })).toThrow('only the following media types')
  expect(() => negotiate('application/vnd.kubernetes.protobuf', { only: ['json'] })).toThrow('only the following')
})

test('[AP2] people with curl get indented JSON unless they say otherwise', () => {
  expect(wantsPretty(null, 'curl/8')).toBe(true)
  expect(wantsPretty('false', 'curl/8')).toBe(false)
  expect(wantsPretty('x', 'curl/8')).toBe(false)
  expect(wantsPretty('1', 'kubectl')).toBe(true)
  expect(wantsPretty(null, 'kubectl')).toBe(false)
})
