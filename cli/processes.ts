import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a program to its end without a shell. A non-zero exit is an answer, not a throw; a missing program is code 127. */
export async function ran(command: string, args: readonly string[], timeout = 600_000): Promise<Ran> {
  try {
    const { stdout, stderr } = await run(command, [...args], { timeout, maxBuffer: 64 << 20 })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const failed = error as { code?: number | string; stdout?: string; stderr?: string; message: string } // execFile's own shape
    const code = typeof failed.code === 'number' ? failed.code : failed.code === 'ENOENT' ? 127 : 1
    return { code, out: failed.stdout ?? '', err: failed.stderr || failed.message }
  }
}

/** How this process becomes root: '' when it is, `sudo` when that asks for no password, undefined when it cannot. */
export async function rootBy(): Promise<'' | 'sudo' | undefined> {
  if (process.getuid?.() === 0) return ''
  return (await ran('sudo', ['-n', 'true'])).code === 0 ? 'sudo' : undefined
}

export const asRoot = (by: '' | 'sudo', command: string, args: readonly string[]): [string, string[]] =>
  by === '' ? [command, [...args]] : ['sudo', ['-n', command, ...args]]

/** A program that outlives this one, its output in a file, its pid in another. */
export function detach(command: string, args: readonly string[], files: { log: string; pid?: string }): ChildProcess {
  const log = openSync(files.log, 'a', 0o600)
  const child = spawn(command, [...args], { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  if (files.pid !== undefined && child.pid !== undefined) writeFileSync(files.pid, `${child.pid}\n`)
  child.unref()
  return child
}

/**
 * The pid of a file if that process lives and still is that program: the kernel gives pids to others again, and only
 * processes that podo started may be signalled.
 */
export function pidOf(file: string, program: string): number | undefined {
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8'))
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program) ? pid : undefined
  } catch {
    return undefined
  }
}

/** Sends SIGTERM, waits, and removes the pid file. */
export async function endPid(file: string, program: string, waitMs: number): Promise<boolean> {
  const pid = pidOf(file, program)
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM')
    await until(() => pidOf(file, program) === undefined, waitMs)
  }
  const ended = pidOf(file, program) === undefined
  if (ended) rmSync(file, { force: true })
  return ended
}

/** Asks until it is so, at most that long. Answers whether it became so. */
export async function until(holds: () => boolean | Promise<boolean>, ms: number, every = 100): Promise<boolean> {
  const deadline = Date.now() + ms
  for (;;) {
    if (await holds()) return true
    if (Date.now() >= deadline) return false
    await new Promise((next) => setTimeout(next, every))
  }
}
