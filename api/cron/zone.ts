/** Time zones of the IANA database, through the platform's own copy of it. */

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, made)
  return made
}

/**
 * Whether Go's time.LoadLocation finds it. Names are files there, so their case counts, where Intl takes any; and offsets
 * (`+01:00`), which Intl knows too, are no zones.
 */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions()
    return timeZone === zone || timeZone.toLowerCase() !== zone.toLowerCase()
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** What the clocks on the wall of a zone show at an instant, as if that were UTC: milliseconds. */
export function wallOf(zone: string, instant: number): number {
  if (zone === 'UTC') return instant
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  const below = ((instant % 1000) + 1000) % 1000
  return Date.UTC(year, month - 1, day, hour, minute, second) + below
}

/** The instant at which the wall of a zone shows this, as Go's time.Date finds it in gaps and overlaps. */
export function instantOf(zone: string, wall: number): number {
  const guess = wallOf(zone, wall) - wall
  const offset = wallOf(zone, wall - guess) - (wall - guess)
  return wall - offset
}
