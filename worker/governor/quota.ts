/**
 * What one day may cost on Cloudflare, and what it has cost. On the Free plan writes fail until 00:00 UTC once the day's
 * rows are spent (https://developers.cloudflare.com/durable-objects/platform/pricing/), so what is left is rationed:
 *
 *   calm ──80 %──▶ quiet ──90 %──▶ slow ──100 %──▶ spent ──00:00 UTC──▶ calm
 *
 * calm: everything. quiet: no Events. slow: controllers pause between turns, and only nodes and admins may write.
 * spent: controllers rest until the next day; what nodes and admins write is tried, for the count is ours.
 */
export type Pressure = 'calm' | 'quiet' | 'slow' | 'spent'

/** What a day may cost; Infinity where there is no limit. */
export interface Limits {
  readonly rowsWritten: number
  readonly rowsRead: number
  readonly requests: number
  readonly activeSeconds: number
}

/** What a day has cost so far. */
export interface Usage {
  /** `2026-11-30`, in UTC. */
  readonly day: string
  readonly rowsWritten: number
  readonly rowsRead: number
  /** Requests and alarms, and a twentieth of each message of a WebSocket. */
  readonly requests: number
  /** An estimate: the object sees its clock move only when it waits for something. */
  readonly activeSeconds: number
}

/** One limit of a day, and how much of it is spent. */
export interface Share {
  readonly what: keyof Limits
  readonly used: number
  readonly limit: number
}

export const DIMENSIONS = ['rowsWritten', 'rowsRead', 'requests', 'activeSeconds'] as const

/** The Free plan: 13,000 GB-s a day, and an object counts as 128 MB whatever it uses. */
const FREE: Limits = { rowsWritten: 100_000, rowsRead: 5_000_000, requests: 100_000, activeSeconds: 101_562 }
const NONE: Limits = { rowsWritten: Infinity, rowsRead: Infinity, requests: Infinity, activeSeconds: Infinity }

/**
 * The setting PODO_QUOTA: `off` (also where it is absent), `free`, or the limits of a day as JSON, for example
 * `{"rowsWritten":50000}`; what is not named there is not limited. Throws an Error that says what is wrong with it.
 */
export function limitsOf(setting: string | undefined): Limits {
  const text = (setting ?? '').trim()
  if (text === '' || text === 'off') return NONE
  if (text === 'free') return FREE
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    throw new Error(`PODO_QUOTA must be "off", "free" or a JSON object of limits, not ${JSON.stringify(text)}`)
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Error('PODO_QUOTA must be "off", "free" or a JSON object of limits')
  for (const [name, value] of Object.entries(given)) {
    if (!DIMENSIONS.some((known) => known === name))
      throw new Error(`PODO_QUOTA names ${JSON.stringify(name)}, which is none of ${DIMENSIONS.join(', ')}`)
    if (typeof value !== 'number' || !(value > 0)) throw new Error(`PODO_QUOTA: ${name} must be a number above 0`)
  }
  return { ...NONE, ...given }
}

export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10)

const DAY_MS = 86_400_000
/** The next 00:00 UTC, when the plan's day begins anew. */
export const nextDay = (now: number): number => Math.floor(now / DAY_MS) * DAY_MS + DAY_MS

export const emptyDay = (now: number): Usage => ({
  day: dayOf(now),
  rowsWritten: 0,
  rowsRead: 0,
  requests: 0,
  activeSeconds: 0,
})

/** What has been spent, dimension by dimension; those without a limit are left out. */
export const sharesOf = (usage: Usage, limits: Limits): Share[] =>
  DIMENSIONS.filter((what) => limits[what] !== Infinity).map((what) => ({
    what,
    used: usage[what],
    limit: limits[what],
  }))

/** The limit that is nearest to its end. */
export function tightest(usage: Usage, limits: Limits): Share | undefined {
  const part = ({ used, limit }: Share): number => used / limit
  return sharesOf(usage, limits).reduce<Share | undefined>(
    (most, share) => (most === undefined || part(share) > part(most) ? share : most),
    undefined,
  )
}

export function pressureOf(share: Share | undefined): Pressure {
  const part = share === undefined ? 0 : share.used / share.limit
  if (part >= 1) return 'spent'
  if (part >= 0.9) return 'slow'
  return part >= 0.8 ? 'quiet' : 'calm'
}

const RANK: readonly Pressure[] = ['calm', 'quiet', 'slow', 'spent']
export const isTighter = (a: Pressure, b: Pressure): boolean => RANK.indexOf(a) > RANK.indexOf(b)

const WORDS: Readonly<Record<keyof Limits, string>> = {
  rowsWritten: 'rows written',
  rowsRead: 'rows read',
  requests: 'requests',
  activeSeconds: 'active seconds',
}
const MEANS: Readonly<Record<Pressure, string>> = {
  calm: 'podo works as always',
  quiet: 'podo drops events until 00:00 UTC',
  slow: 'podo drops events, slows its controllers and takes writes from nodes and admins only until 00:00 UTC',
  spent: 'podo rests until 00:00 UTC, and the Pods that run go on',
}

/** One sentence for people. */
export function sentenceOf({ what, used, limit }: Share, pressure: Pressure): string {
  const percent = Math.floor((used / limit) * 100)
  return `${percent} % of today's ${limit.toLocaleString('en-US')} ${WORDS[what]} are spent: ${MEANS[pressure]}`
}
