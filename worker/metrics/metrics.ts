/**
 * Counters, histograms and gauges in memory, and their text for Prometheus
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format). They begin anew with each wake of the
 * object, which a scraper takes for a restart. Nothing here has a clock.
 */
export type Labels = Readonly<Record<string, string>>
export interface Sample {
  readonly labels?: Labels
  readonly value: number
}

/** Rows of one name beyond which new label sets are counted as one, so that no client can fill the memory. */
const MOST_ROWS = 2000
const OTHER = 'other'

interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  lines(): string[]
}

export class Counter implements Family {
  readonly type = 'counter'
  readonly name: string
  readonly help: string
  readonly #values = new Map<string, { labels: Labels; value: number }>()

  constructor(name: string, help: string) {
    this.name = name
    this.help = help
  }

  add(labels: Labels = {}, by = 1): void {
    rowOf(this.#values, labels, (known) => ({ labels: known, value: 0 })).value += by
  }

  lines(): string[] {
    return [...this.#values.values()].map(({ labels, value }) => lineOf(this.name, labels, value))
  }
}

interface Spread {
  readonly labels: Labels
  readonly counts: number[]
  sum: number
  count: number
}

export class Histogram implements Family {
  readonly type = 'histogram'
  readonly name: string
  readonly help: string
  readonly #bounds: readonly number[]
  readonly #rows = new Map<string, Spread>()

  /** `bounds` are the upper ends of the buckets, rising; that of infinity is added. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name
    this.help = help
    this.#bounds = bounds
  }

  observe(value: number, labels: Labels = {}): void {
    const row = rowOf(this.#rows, labels, (known) => ({
      labels: known,
      counts: this.#bounds.map(() => 0),
      sum: 0,
      count: 0,
    }))
    row.sum += value
    row.count += 1
    const bucket = this.#bounds.findIndex((bound) => value <= bound)
    if (bucket >= 0) row.counts[bucket] = (row.counts[bucket] ?? 0) + 1
  }

  lines(): string[] {
    return [...this.#rows.values()].flatMap(({ labels, counts, sum, count }) => {
      let below = 0
      const buckets = this.#bounds.map((bound, i) => {
        below += counts[i] ?? 0
        return lineOf(`${this.name}_bucket`, { ...labels, le: String(bound) }, below)
      })
      return [
        ...buckets,
        lineOf(`${this.name}_bucket`, { ...labels, le: '+Inf' }, count),
        lineOf(`${this.name}_sum`, labels, sum),
        lineOf(`${this.name}_count`, labels, count),
      ]
    })
  }
}

function rowOf<T>(rows: Map<string, T>, labels: Labels, make: (labels: Labels) => T): T {
  const key = Object.values(labels).join('\0')
  const known = rows.get(key)
  if (known !== undefined) return known
  const full = rows.size >= MOST_ROWS
  const kept = full ? Object.fromEntries(Object.keys(labels).map((name) => [name, OTHER])) : labels
  const last = full ? rows.get(Object.values(kept).join('\0')) : undefined
  const row = last ?? make(kept)
  rows.set(Object.values(kept).join('\0'), row)
  return row
}

/** All metrics of one object. */
export class Metrics {
  readonly #families: Family[] = []

  counter(name: string, help: string): Counter {
    return this.#kept(new Counter(name, help))
  }
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return this.#kept(new Histogram(name, help, bounds))
  }
  /** A number that is looked up when it is asked for. `type` is `counter` where it only rises. */
  gauge(name: string, help: string, read: () => Sample[], type: 'gauge' | 'counter' = 'gauge'): void {
    const lines = () => read().map(({ labels = {}, value }) => lineOf(name, labels, value))
    this.#families.push({ name, help, type, lines })
  }

  #kept<T extends Family>(family: T): T {
    this.#families.push(family)
    return family
  }

  /** The text of all that was counted, by name; what has no sample is left out. */
  text(): string {
    const families = this.#families.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return families
      .flatMap((family) => {
        const lines = family.lines()
        if (lines.length === 0) return []
        return [`# HELP ${family.name} ${escaped(family.help)}`, `# TYPE ${family.name} ${family.type}`, ...lines]
      })
      .map((line) => `${line}\n`)
      .join('')
  }
}

function lineOf(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
