import { expect, test } from 'vitest'
import { settingsOf } from './settings.ts'

test('[QT2] a wrong setting is told by name in a 503, and the right ones are read', () => {
  expect(settingsOf({})).toMatchObject({ audit: 'writes', limits: { rowsWritten: Infinity } })
  expect(settingsOf({ PODO_QUOTA: 'free', PODO_AUDIT: 'all' })).toMatchObject({
    audit: 'all',
    limits: { requests: 1e5 },
  })
  const refusal = { code: 503, message: expect.stringMatching(/^this cluster is not set up: PODO_/) }
  for (const wrong of [{ PODO_QUOTA: 'paid' }, { PODO_AUDIT: 'loud' }, { PODO_POD_SECURITY: '[]' }]) {
    expect(() => settingsOf(wrong)).toThrow(expect.objectContaining(refusal))
  }
})
