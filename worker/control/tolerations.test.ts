import { expect, test } from 'vitest'
import { tolerates } from './tolerations.ts'

const taint = { key: 'k', value: 'v', effect: 'NoExecute' }

test.for([
  ['the same key, value and effect', { key: 'k', operator: 'Equal', value: 'v', effect: 'NoExecute' }, true],
  ['Equal is what is meant by none', { key: 'k', value: 'v' }, true],
  ['any effect', { key: 'k', operator: 'Exists' }, true],
  ['everything', { operator: 'Exists' }, true],
  ['another value', { key: 'k', value: 'w' }, false],
  ['another key', { key: 'j', operator: 'Exists' }, false],
  ['another effect', { key: 'k', operator: 'Exists', effect: 'NoSchedule' }, false],
  ['an operator that is off', { key: 'k', operator: 'Gt', value: '1' }, false],
] as const)('%s', ([, toleration, expected]) => {
  expect(tolerates(toleration, taint)).toBe(expected)
})
