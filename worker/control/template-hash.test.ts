import { expect, test } from 'vitest'
import type { PodTemplateSpec } from '../../api/schema/types.generated.ts'
import { sameTemplate, templateHash } from './template-hash.ts'

const template = (image: string, labels: Record<string, string>): PodTemplateSpec => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image, resources: {} }] },
})

test('the hash depends on what the template says, not on the order in which it was written', () => {
  const hash = templateHash(template('nginx', { a: '1', b: '2' }), undefined)
  expect(templateHash(template('nginx', { b: '2', a: '1' }), undefined)).toBe(hash)
  expect(templateHash(template('nginx:2', { a: '1', b: '2' }), undefined)).not.toBe(hash)
  expect(templateHash(template('nginx', { a: '1', b: '2' }), 1)).not.toBe(hash)
  expect(hash).toMatch(/^[456789bcdf]{1,10}$/)
})

test('templates are the same without their hash labels', () => {
  expect(sameTemplate(template('nginx', { a: '1', 'pod-template-hash': 'x' }), template('nginx', { a: '1' }))).toBe(
    true,
  )
  expect(sameTemplate(template('nginx', { a: '1' }), template('nginx', { a: '2' }))).toBe(false)
})
