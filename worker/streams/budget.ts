/**
 * Bytes in flight of all sessions whose objects share this isolate and its 128 MB. It is memory of the isolate, not of a
 * cluster: it counts, and decides nothing but whether there is room for one more session.
 */
const MOST = 48 * 1024 * 1024
const inFlight = new Map<string, number>()

/** Notes what a session holds; 0 forgets it. */
export function note(session: string, bytes: number): void {
  if (bytes > 0) inFlight.set(session, bytes)
  else inFlight.delete(session)
}

export function hasRoom(): boolean {
  let total = 0
  for (const bytes of inFlight.values()) total += bytes
  return total < MOST
}
