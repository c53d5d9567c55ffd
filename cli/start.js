// `npm start` on a bare machine, where Node 18 and npm are all that is there: brings the packages (and with them a Node
// new enough), bundles the sources, and hands over to the `podo` command. Plain JavaScript without dependencies.
import { spawn, spawnSync } from 'node:child_process'
import { at, ensurePackages, fail, nodeBinary, root } from './packages.js'

ensurePackages()
const built = spawnSync(nodeBinary(), [at('cli/build.js')], { cwd: root, stdio: ['ignore', 2, 2] })
if (built.status !== 0) fail('the sources could not be bundled: see above.')

// Ctrl-C reaches the command itself, as it is in the same group; this process only waits for it to end in order.
const command = spawn(nodeBinary(), [at('dist/podo.mjs'), ...process.argv.slice(2)], { stdio: 'inherit' })
process.on('SIGINT', () => {})
process.on('SIGTERM', () => command.kill('SIGTERM'))
command.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
