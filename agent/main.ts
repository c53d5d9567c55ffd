import { version } from '../package.json'
import { startAgent } from './agent.ts'
import { CacheError } from './cache.ts'
import { JoinRefused } from './credential.ts'
import { makeLog } from './log.ts'
import { readOptions, USAGE, UsageError } from './options.ts'

/** The `podo` agent: one a machine. It ends with SIGTERM or SIGINT and leaves the Pods running. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env)
  if (options === undefined) {
    process.stdout.write(USAGE)
    return
  }
  // A token on the command line or in the environment is nobody else's business from here on.
  delete process.env['PODO_TOKEN']
  const log = makeLog((line) => process.stderr.write(line), process.stderr.isTTY === true, Date.now)
  const agent = await startAgent(options, version, log)
  const stop = (): void => void agent.stop().then(() => process.exit(0))
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  const expected = error instanceof UsageError || error instanceof JoinRefused || error instanceof CacheError
  process.stderr.write(`podo agent: ${message}\n${expected || !(error instanceof Error) ? '' : `${error.stack}\n`}`)
  process.exit(error instanceof UsageError ? 2 : 1)
})
