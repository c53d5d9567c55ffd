import { InvalidArgumentError } from 'commander'

const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 }

/** Go's duration text as kubectl takes it (`90s`, `1h30m`), in seconds. Throws commander's own error for other texts. */
export function duration(text: string): number {
  const parts = [...text.matchAll(/(\d+)(h|m|s)/g)]
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) {
    throw new InvalidArgumentError('a duration looks like 30m, 1h or 1h30m')
  }
  return parts.reduce((sum, part) => sum + Number(part[1]) * (SECONDS[part[2] ?? ''] ?? 0), 0)
}
