import { expect, test } from 'vitest'
import { BEGIN, compared, counted, END, table, told, withResults } from './table.ts'

const pairs = Array.from({ length: 10 }, () => ({ ours: 700, beside: 1000 }))

test('a comparison tells both medians, their ratio and what was asked for', () => {
  expect(compared('create', pairs, 'per second', { atLeast: 0.6 })).toEqual({
    what: 'create',
    ours: '700/s',
    beside: '1,000/s',
    ratio: '0.70',
    spread: '0.70–0.70',
    goal: '≥ 0.6',
    verdict: 'met',
  })
})

test('a count has no spread and is met or missed', () => {
  expect(counted('rows', 5001, 'rows', { atMost: 5000 })).toMatchObject({
    ours: '5,001 rows',
    goal: '≤ 5,000 rows',
    verdict: 'missed',
  })
})

test('without a goal nothing is judged', () => {
  expect(told('start', [1, 3, 2], 's')).toMatchObject({
    ours: '2.00 s',
    spread: '1.00 s to 3.00 s',
    verdict: 'told',
  })
  expect(compared('start', pairs, 'ms').verdict).toBe('told')
})

test('the columns of the table stand under each other', () => {
  const lines = table([compared('create', pairs, 'per second'), counted('a longer name', 1, 'rows')]).split('\n')
  expect(lines).toHaveLength(4)
  expect(new Set(lines.map((line) => line.length)).size).toBe(1)
})

test('results replace what stands between the markers and nothing else', () => {
  const page = `before\n${BEGIN}\nold\n${END}\nafter\n`
  expect(withResults(page, 'new')).toBe(`before\n${BEGIN}\n\nnew\n\n${END}\nafter\n`)
  expect(withResults(withResults(page, 'new'), 'new')).toBe(withResults(page, 'new'))
})

test('a page without markers is left alone', () => {
  expect(() => withResults('text', 'new')).toThrow('has lost the markers')
})
