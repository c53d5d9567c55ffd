/**
 * The unified diff that go-difflib prints without file names, three lines of context: what a forbidden Pod update shows.
 * It is Python's difflib, with its habit of ignoring lines that are too frequent in texts of 200 lines and more.
 * https://pkg.go.dev/github.com/pmezard/go-difflib/difflib
 */
interface Match {
  readonly a: number
  readonly b: number
  readonly size: number
}
type Tag = 'equal' | 'replace' | 'delete' | 'insert'
interface Step {
  readonly tag: Tag
  readonly a: readonly [from: number, to: number]
  readonly b: readonly [from: number, to: number]
}
type Lines = readonly string[]

const CONTEXT = 3
const POPULAR_FROM = 200

/** Where each line of `b` stands, without the popular ones. */
function positions(b: Lines): Map<string, number[]> {
  const found = new Map<string, number[]>()
  b.forEach((line, i) => {
    const at = found.get(line)
    if (at === undefined) found.set(line, [i])
    else at.push(i)
  })
  if (b.length < POPULAR_FROM) return found
  const most = Math.floor(b.length / 100) + 1
  for (const [line, at] of found) if (at.length > most) found.delete(line)
  return found
}

interface Range {
  readonly alo: number
  readonly ahi: number
  readonly blo: number
  readonly bhi: number
}

function longest(a: Lines, b: Lines, where: Map<string, number[]>, { alo, ahi, blo, bhi }: Range): Match {
  let best: Match = { a: alo, b: blo, size: 0 }
  let lengths = new Map<number, number>()
  for (let i = alo; i < ahi; i++) {
    const next = new Map<number, number>()
    for (const j of where.get(a[i] ?? '') ?? []) {
      if (j < blo) continue
      if (j >= bhi) break
      const size = (lengths.get(j - 1) ?? 0) + 1
      next.set(j, size)
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size }
    }
    lengths = next
  }
  let { a: i, b: j, size } = best
  while (i > alo && j > blo && a[i - 1] === b[j - 1]) {
    i--
    j--
    size++
  }
  while (i + size < ahi && j + size < bhi && a[i + size] === b[j + size]) size++
  return { a: i, b: j, size }
}

function matches(a: Lines, b: Lines): Match[] {
  const where = positions(b)
  const found: Match[] = []
  const look = (range: Range): void => {
    const match = longest(a, b, where, range)
    if (match.size === 0) return
    const { alo, ahi, blo, bhi } = range
    if (alo < match.a && blo < match.b) look({ alo, ahi: match.a, blo, bhi: match.b })
    found.push(match)
    const [aend, bend] = [match.a + match.size, match.b + match.size]
    if (aend < ahi && bend < bhi) look({ alo: aend, ahi, blo: bend, bhi })
  }
  look({ alo: 0, ahi: a.length, blo: 0, bhi: b.length })
  return found
}

function steps(a: Lines, b: Lines): Step[] {
  const result: Step[] = []
  let [i, j] = [0, 0]
  for (const match of [...matches(a, b), { a: a.length, b: b.length, size: 0 }]) {
    const tag = i < match.a && j < match.b ? 'replace' : i < match.a ? 'delete' : j < match.b ? 'insert' : undefined
    if (tag !== undefined) result.push({ tag, a: [i, match.a], b: [j, match.b] })
    i = match.a + match.size
    j = match.b + match.size
    if (match.size > 0) result.push({ tag: 'equal', a: [match.a, i], b: [match.b, j] })
  }
  return result
}

/** Groups of changes, each with its context; equal stretches between them are cut. */
function groups(all: Step[]): Step[][] {
  const list = [...all]
  const first = list[0]
  if (first?.tag === 'equal') {
    const [to, bto] = [first.a[1], first.b[1]]
    list[0] = { ...first, a: [Math.max(first.a[0], to - CONTEXT), to], b: [Math.max(first.b[0], bto - CONTEXT), bto] }
  }
  const last = list.at(-1)
  if (last?.tag === 'equal') {
    const [from, bfrom] = [last.a[0], last.b[0]]
    list[list.length - 1] = {
      ...last,
      a: [from, Math.min(last.a[1], from + CONTEXT)],
      b: [bfrom, Math.min(last.b[1], bfrom + CONTEXT)],
    }
  }
  const result: Step[][] = []
  let group: Step[] = []
  for (const step of list) {
    const [a1, a2] = step.a
    const [b1, b2] = step.b
    if (step.tag === 'equal' && a2 - a1 > 2 * CONTEXT) {
      group.push({ ...step, a: [a1, Math.min(a2, a1 + CONTEXT)], b: [b1, Math.min(b2, b1 + CONTEXT)] })
      result.push(group)
      group = [{ ...step, a: [Math.max(a1, a2 - CONTEXT), a2], b: [Math.max(b1, b2 - CONTEXT), b2] }]
    } else group.push(step)
  }
  if (group.length > 1 || (group.length === 1 && group[0]?.tag !== 'equal')) result.push(group)
  return result
}

function range(from: number, to: number): string {
  const length = to - from
  if (length === 1) return String(from + 1)
  return `${length === 0 ? from : from + 1},${length}`
}

/** Both texts by lines; the answer is empty where they are equal, else ends in a newline. */
export function unifiedDiff(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let text = ''
  for (const group of groups(steps(a, b))) {
    const [first, last] = [group[0], group.at(-1)]
    if (first === undefined || last === undefined || group.every(({ tag }) => tag === 'equal')) continue
    text += `@@ -${range(first.a[0], last.a[1])} +${range(first.b[0], last.b[1])} @@\n`
    for (const step of group) {
      if (step.tag === 'equal') for (const line of a.slice(...step.a)) text += ` ${line}\n`
      if (step.tag === 'replace' || step.tag === 'delete') for (const line of a.slice(...step.a)) text += `-${line}\n`
      if (step.tag === 'replace' || step.tag === 'insert') for (const line of b.slice(...step.b)) text += `+${line}\n`
    }
  }
  return text
}
