// What every entry needs before anything else: the packages of the lock file, and a Node new enough. No dependencies.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
/** @param {string[]} parts */
export const at = (...parts) => join(root, ...parts)

/** Says one sentence and ends. @param {string} sentence @returns {never} */
export function fail(sentence) {
  process.stderr.write(`podo: ${sentence}\n`)
  process.exit(1)
}

/** Installs what the lock file names, once: a copy of the lock file tells what is there. */
export function ensurePackages() {
  const stamp = at('node_modules/.podo-lock')
  const lock = readFileSync(at('package-lock.json'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  process.stderr.write('· Installing packages (npm ci), once …\n')
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (done.status !== 0) fail('npm ci failed: see above. Check the network, then run the same command again.')
  writeFileSync(stamp, lock)
}

/** The Node that npm brought for this machine; elsewhere the one that runs this, if it is new enough. */
export function nodeBinary() {
  const brought = at(`node_modules/node-linux-${process.arch}/bin/node`)
  if (existsSync(brought)) return brought
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major < 22)
    fail(`podo needs Node 22 or newer on this platform, and this is ${process.version}: install a newer Node.`)
  return process.execPath
}
