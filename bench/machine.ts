import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../cli/layout.ts'

/** Where and of what a table was made: without it a number says nothing. One fact a line. */
export function machineFacts(now: Date): string[] {
  const [load] = loadavg()
  return [
    `${now.toISOString().slice(0, 10)}, commit ${commit()}`,
    `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${gigabytes(totalmem())} GB of memory, Linux ${release()} (${process.arch})`,
    `Node ${process.versions.node}, workerd ${workerdVersion()}`,
    `load average when it began: ${load?.toFixed(2)}`,
  ]
}

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!bench/README.md') !== ''
    return `${git('rev-parse', '--short=10', 'HEAD')}${changed ? ' with changes that are not committed' : ''}`
  } catch {
    return 'unknown (no git here)'
  }
}

function workerdVersion(): string {
  const text = readFileSync(join(ROOT, 'node_modules/workerd/package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version // a package.json has one
}

const gigabytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(0)
