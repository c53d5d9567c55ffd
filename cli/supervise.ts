/** A program that is kept running: started again when it ends, less and less often while it keeps failing. */
export interface Supervised {
  /** Ends it for good. */
  stop(): Promise<void>
}
export interface Running {
  readonly ended: Promise<number | string>
  stop(): Promise<void>
}

const FIRST_MS = 500
const MOST_MS = 30_000
/** One that ran this long was healthy: the next failure starts from the shortest wait. */
const HEALTHY_MS = 60_000

/** Starts it (a first failure is thrown on), then keeps it up until stopped. `ended` hears of each end. */
export async function supervise(
  start: () => Promise<Running>,
  ended: (how: number | string) => void,
): Promise<Supervised> {
  let stopped = false
  let running = await start()
  let wake = (): void => {}
  const loop = async (): Promise<void> => {
    let wait = FIRST_MS
    for (;;) {
      const since = Date.now()
      const how = await running.ended
      if (stopped) return
      ended(how)
      wait = Date.now() - since > HEALTHY_MS ? FIRST_MS : Math.min(wait * 2, MOST_MS)
      await new Promise<void>((next) => {
        const timer = setTimeout(next, wait)
        wake = () => (clearTimeout(timer), next())
      })
      if (stopped) return
      running = await start().catch((error: unknown) => ({
        ended: Promise.resolve(String(error)),
        stop: async () => {},
      }))
    }
  }
  const over = loop()
  return {
    async stop() {
      stopped = true
      wake()
      await running.stop()
      await over
    },
  }
}
