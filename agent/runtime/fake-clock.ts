import type { Clock } from '../clock.ts'

/** A clock whose hands a test turns. */
export interface FakeClock extends Clock {
  /** Goes on by so many milliseconds; what falls due runs in order, with pending promises settled in between. */
  advance(milliseconds: number): Promise<void>
  /** Lets pending promises settle; time stands still. */
  settle(): Promise<void>
}

export function fakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start
  let order = 0
  const timers = new Map<number, { at: number; call: () => void }>()
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const nextDue = (until: number): number | undefined => {
    const due = [...timers].filter(([, timer]) => timer.at <= until)
    return due.sort(([a, x], [b, y]) => x.at - y.at || a - b)[0]?.[0]
  }
  return {
    now: () => time,
    after(milliseconds, call) {
      const id = (order += 1)
      timers.set(id, { at: time + Math.max(0, milliseconds), call })
      return () => void timers.delete(id)
    },
    settle,
    async advance(milliseconds) {
      const end = time + milliseconds
      await settle()
      for (let id = nextDue(end); id !== undefined; id = nextDue(end)) {
        const timer = timers.get(id)
        timers.delete(id)
        time = Math.max(time, timer?.at ?? time)
        timer?.call()
        await settle()
      }
      time = end
    },
  }
}
