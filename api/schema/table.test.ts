import { expect, test } from 'vitest'
import { fieldAt, modelNames, shapeOf, typeOf, UnknownModelError } from './table.ts'
import { messageOf } from './messages.ts'

const POD = 'io.k8s.api.core.v1.Pod'

test('a field is found by its path, through lists and maps', () => {
  expect(fieldAt(POD, ['spec', 'containers'])).toMatchObject({ ps: 'merge', mk: 'name', lt: 'map', lk: ['name'] })
  expect(fieldAt(POD, ['spec', 'containers', '0', 'image'])).toMatchObject({ t: 'string' })
  expect(fieldAt(POD, ['metadata', 'labels', 'a.b/c'])).toEqual({ t: 'string' })
  expect(fieldAt(POD, ['spec', 'nope'])).toBeUndefined()
})

test('a model keeps the order of Go', () => {
  expect(Object.keys(typeOf(POD).fields ?? {})).toEqual(['kind', 'apiVersion', 'metadata', 'spec', 'status'])
})

test('a model that is not there is named', () => {
  expect(() => typeOf('io.k8s.api.core.v1.Nope')).toThrow(UnknownModelError)
  expect(() => shapeOf('toString')).toThrow('the table has no model toString')
})

test('every model of the table can be walked, and every field leads to one', () => {
  for (const model of modelNames()) {
    typeOf(model)
    for (const member of shapeOf(model).members) expect(member.shape.goType).not.toBe('')
  }
})

/** The envelope is opened by hand, and a quantity travels as its text. */
const BY_HAND = new Set([
  'io.k8s.apimachinery.pkg.runtime.Unknown',
  'io.k8s.apimachinery.pkg.api.resource.QuantityValue',
])

test('every field of a message is a field of its JSON', () => {
  const lost: string[] = []
  for (const model of modelNames()) {
    const shape = shapeOf(model)
    if (shape.kind !== 'struct' || shape.members.length === 0 || BY_HAND.has(model)) continue
    for (const field of fieldsOf(model)) {
      if (!field.isInline && shape.member(field.name) === undefined) lost.push(`${model} ${field.name}`)
    }
  }
  expect(lost).toEqual([])
})
function fieldsOf(model: string) {
  try {
    return messageOf(model).fields
  } catch (error) {
    // Table, TableRow and version.Info have no protobuf form.
    if (error instanceof UnknownModelError) return []
    throw error
  }
}
