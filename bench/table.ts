import { median, ratios, verdict, type Goal, type Pair, type Verdict } from './pairs.ts'

/** One row of the table, as text. */
export interface Line {
  readonly what: string
  readonly ours: string
  readonly beside: string
  readonly ratio: string
  readonly spread: string
  readonly goal: string
  /** `told`: there is no goal. */
  readonly verdict: Verdict | 'told'
}

/** How a number is written. */
export type Unit = 'per second' | 'ms' | 's' | 'MB' | 'kB' | 'rows' | 'requests' | 'lines' | 'alarms' | 'bytes'

export function number(value: number, unit: Unit): string {
  switch (unit) {
    case 'per second':
      return `${grouped(value)}/s`
    case 'ms':
      return `${value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0)} ms`
    case 's':
      return `${value.toFixed(2)} s`
    case 'MB':
      return `${value.toFixed(1)} MB`
    default:
      return `${grouped(value)} ${unit}`
  }
}

const grouped = (value: number): string => Math.round(value).toLocaleString('en')
const goalText = (goal: Goal, value: (limit: number) => string): string =>
  'atMost' in goal ? `≤ ${value(goal.atMost)}` : `≥ ${value(goal.atLeast)}`

/** Two sides in pairs, judged by the spread of their ratios. Without a goal it is only told. */
export function compared(what: string, pairs: readonly Pair[], unit: Unit, goal?: Goal): Line {
  const ratio = ratios(pairs)
  return {
    what,
    ours: number(median(pairs.map(({ ours }) => ours)), unit),
    beside: number(median(pairs.map(({ beside }) => beside)), unit),
    ratio: ratio.median.toFixed(2),
    spread: `${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)}`,
    goal: goal === undefined ? '' : goalText(goal, String),
    verdict: goal === undefined ? 'told' : verdict(ratio, goal),
  }
}

/** A number that does not depend on how busy the machine is: rows, bytes, lines. */
export function counted(what: string, value: number, unit: Unit, goal?: Goal): Line {
  return {
    ...EMPTY,
    what,
    ours: number(value, unit),
    goal: goal === undefined ? '' : goalText(goal, (limit) => number(limit, unit)),
    verdict: goal === undefined ? 'told' : verdict({ median: value, low: value, high: value }, goal),
  }
}

/** The median of some times, and how far they lie apart. No goal can stand beside it. */
export function told(what: string, values: readonly number[], unit: Unit): Line {
  const spread = `${number(Math.min(...values), unit)} to ${number(Math.max(...values), unit)}`
  return { ...EMPTY, what, ours: number(median(values), unit), spread, verdict: 'told' }
}

const EMPTY = { beside: '', ratio: '', spread: '', goal: '' } as const

const HEAD: Line = {
  what: 'measured',
  ours: 'podo',
  beside: 'beside it',
  ratio: 'ratio',
  spread: 'spread',
  goal: 'goal',
  verdict: 'told',
}
const cells = (line: Line): string[] => [
  line.what,
  line.ours,
  line.beside,
  line.ratio,
  line.spread,
  line.goal,
  line.verdict,
]

/** A table of Markdown whose columns stand under each other, so that a terminal shows it too. */
export function table(lines: readonly Line[]): string {
  const rows = [[...cells(HEAD).slice(0, -1), 'verdict'], ...lines.map(cells)]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const text = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`)
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [text[0], rule, ...text.slice(1)].join('\n')
}

export const BEGIN = '<!-- results: written by `npm run bench` -->'
export const END = '<!-- end of results -->'

/** The page with everything between its two markers replaced. Throws where it has no markers. */
export function withResults(page: string, results: string): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error('bench/README.md has lost the markers that results are written between')
  return `${page.slice(0, begin + BEGIN.length)}\n\n${results.trim()}\n\n${page.slice(end)}`
}
