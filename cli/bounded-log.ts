import { copyFileSync, openSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

/** Two files of this size at most: the audit writes a line for each write, for ever. */
const MOST_BYTES = 8 * 1024 * 1024
const LOOK_MS = 30_000

/**
 * Opens the control plane's log in a state folder for a child process that will write to it, and bounds it until the
 * child has ended.
 */
export function openLog(dir: string): { path: string; fd: number; boundUntil: (ended: Promise<unknown>) => void } {
  const path = join(dir, 'control-plane.log')
  const fd = openSync(path, 'a', 0o600)
  return {
    path,
    fd,
    boundUntil(ended) {
      const timer = setInterval(() => trim(path, MOST_BYTES), LOOK_MS)
      timer.unref()
      void ended.finally(() => clearInterval(timer))
    },
  }
}

/**
 * Where the file is larger than `bytes`, it becomes `<path>.1` and begins anew. The writer has it open for appending, so
 * it is copied and cut instead of moved.
 */
export function trim(path: string, bytes: number): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > bytes) {
    copyFileSync(path, `${path}.1`)
    truncateSync(path, 0)
  }
}
