import { expect, test } from 'vitest'
import { quotaTable } from './quota.ts'

test('[QT6] podo status shows what is spent of each limit, and nothing where there is none', () => {
  const shares = [
    { what: 'rowsWritten', used: 81_234, limit: 100_000 },
    { what: 'requests', used: 12.35, limit: 100_000 },
  ]
  expect(quotaTable({ day: '2026-11-30', pressure: 'quiet', shares })).toEqual([
    '',
    'QUOTA OF 2026-11-30   SPENT    OF        QUIET',
    'rows written          81,234   100,000   81 %',
    'requests              12       100,000   0 %',
  ])
  expect(quotaTable({ day: '2026-11-30', pressure: 'calm', shares: [] })).toEqual([])
})
