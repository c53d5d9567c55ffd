import { expect, test } from 'vitest'
import type { JsonObject } from '../../meta/object.ts'
import { compareElements, elementText, readElement } from './element.ts'
import { filterOf } from './reset.ts'
import { difference, intersection, pathText, paths, readSet, recursiveDifference, union } from './set.ts'

const a: JsonObject = {
  'f:m': { '.': {}, 'f:x': {}, 'f:y': {} },
  'f:s': { 'k:{"name":"c"}': { '.': {}, 'f:name': {} } },
}
const b: JsonObject = { 'f:m': { 'f:y': {}, 'f:z': {} }, 'f:s': { 'k:{"name":"c"}': {} }, 'f:t': {} }

test('[AP160] sets of fields are joined, met and taken from each other as structured-merge-diff does', () => {
  expect(union(a, b)).toEqual({
    'f:m': { '.': {}, 'f:x': {}, 'f:y': {}, 'f:z': {} },
    'f:s': { 'k:{"name":"c"}': { '.': {}, 'f:name': {} } },
    'f:t': {},
  })
  expect(intersection(a, b)).toEqual({ 'f:m': { 'f:y': {} }, 'f:s': { 'k:{"name":"c"}': {} } })
  expect(difference(a, b)).toEqual({ 'f:m': { '.': {}, 'f:x': {} }, 'f:s': { 'k:{"name":"c"}': { 'f:name': {} } } })
  expect(difference(b, a)).toEqual({ 'f:m': { 'f:z': {} }, 'f:t': {} })
  expect(recursiveDifference(a, { 'f:m': {}, 'f:s': { 'k:{"name":"c"}': {} } })).toEqual({})
  expect(recursiveDifference(a, { 'f:m': { 'f:x': {} } })).toEqual({ 'f:m': { '.': {}, 'f:y': {} }, 'f:s': a['f:s'] })
  expect(difference(a, a)).toEqual({})
  expect([union(a, {}), difference(a, {}), union({}, a)]).toEqual([a, a, a])
})

test('[AP160] elements stand in the order of names, keys, values and indices, each by what it says', () => {
  const sorted = [
    '.',
    'f:a',
    'f:a.b',
    'f:b',
    'f:\uffff',
    'f:\u{10000}',
    'k:{"containerPort":80,"protocol":"TCP"}',
    'k:{"containerPort":80,"protocol":"UDP"}',
    'k:{"containerPort":443,"protocol":"TCP"}',
    'k:{"name":"a"}',
    'k:{"name":"a b"}',
    'k:{"name":"a-b"}',
    'v:2',
    'v:10',
    'v:"a"',
    'v:"a!"',
    'v:true',
    'i:2',
    'i:10',
  ]
  expect(sorted.toReversed().sort(compareElements)).toEqual(sorted)
})

test('[AP161] paths are told as Kubernetes prints them, fields before what is below them', () => {
  const set: JsonObject = {
    'f:a': { 'f:b': {} },
    'f:l': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:x': {} } },
    'f:s': { 'v:"a\\"b"': {}, 'i:3': {} },
    'f:z': {},
  }
  expect([...paths(set)].map(pathText)).toEqual([
    '.z',
    '.a.b',
    '.l[containerPort=80,protocol="TCP"]',
    '.l[containerPort=80,protocol="TCP"].x',
    '.s[="a\\"b"]',
    '.s[3]',
  ])
  expect(elementText('v:1')).toBe('[=1]')
})

test('[AP166] fieldsV1 of clients is read into its canonical form, and what is none is refused', () => {
  expect(readSet({ 'f:b': { '.': {} }, 'f:a': { 'f:y': {}, 'f:x': null }, 'x:new': {} })).toEqual({
    'f:a': { 'f:x': {}, 'f:y': {} },
    'f:b': {},
  })
  expect(readSet(undefined)).toEqual({})
  expect(readElement('k:{"b":1,"a":"<"}')).toBe('k:{"a":"\\u003c","b":1}')
  for (const wrong of [{ a: {} }, { 'fa:b': {} }, { 'k:[]': {} }, { 'v:{': {} }, { 'i:x': {} }, { 'f:a': 1 }]) {
    expect(() => readSet(wrong), JSON.stringify(wrong)).toThrow()
  }
})

test('[AP167] what a subresource resets is taken out: whole fields, or all but some', () => {
  const set: JsonObject = {
    'f:metadata': { 'f:labels': { 'f:a': {} } },
    'f:spec': {
      'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:resources': { 'f:limits': { 'f:cpu': {} } } } },
      'f:replicas': {},
    },
    'f:status': { 'f:phase': {} },
  }
  expect(filterOf({ drop: ['status', 'metadata.labels', 'spec.containers'] })(set)).toEqual({
    'f:spec': { 'f:replicas': {} },
  })
  expect(filterOf({ only: ['spec.containers.*.resources'] })(set)).toEqual({
    'f:spec': {
      'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:resources': { 'f:limits': { 'f:cpu': {} } } } },
    },
  })
})
