import { Command } from 'commander'
import { hostname } from 'node:os'
import { apiClient } from './api-client.ts'
import { clean, whatToClean } from './clean.ts'
import { duration } from './duration.ts'
import { fleetTable } from './fleet.ts'
import { joinLine } from './join.ts'
import * as layout from './layout.ts'
import { quotaLines } from './quota.ts'
import { Refusal } from './state.ts'
import { tokenCommand } from './tokens.ts'
import { up } from './up.ts'
import { join } from 'node:path'

const program = new Command('podo')
  .description('Kubernetes for the machines that you own, without a server to manage them.')
  .showHelpAfterError('(podo --help tells more)')
  .option(
    '--kubeconfig <file>',
    'the cluster to speak to',
    process.env['KUBECONFIG'] || join(layout.STATE, 'kubeconfig'),
  )

const api = () => apiClient(program.opts<{ kubeconfig: string }>().kubeconfig)

program
  .command('up')
  .description('start the control plane and an agent here, with three nginx Pods (npm start)')
  .option('--dev', 'on wrangler dev, reloading on change (npm run dev)', false)
  .action((options: { dev: boolean }) => up(options))

program
  .command('status')
  .description('the nodes and Pods of the cluster, and what is spent of a daily quota')
  .action(async () => print([...(await fleetTable(api())), ...(await quotaLines(api()))]))

program
  .command('clean')
  .description('remove the Pods, the network and all state of podo from this machine')
  .option('--yes', 'do not ask', false)
  .action(cleanCommand)

const node = program.command('node').description('machines of the cluster')
node
  .command('join-command')
  .description('print one line that, run as root on a machine with this repository, joins it to the cluster')
  .option('--ttl <duration>', 'how long the line works', duration, 3600)
  .option('--name <name>', 'the name of the new node (default: the name of its machine)')
  .action(async (options: { ttl: number; name?: string }) => {
    const { token } = await api().expect<{ token: string }>('POST', '/podo/join-tokens', { ttlSeconds: options.ttl })
    print([joinLine(program.opts<{ kubeconfig: string }>().kubeconfig, token, options.name)])
  })

program.addCommand(tokenCommand(api, print))

async function cleanCommand(options: { yes: boolean }): Promise<void> {
  const { lines } = await whatToClean(layout.STATE)
  print([`This removes from ${hostname()}:`, ...lines.map((line) => `  - ${line}`)])
  if (!options.yes && process.stdin.isTTY) {
    const { createInterface } = await import('node:readline/promises')
    const ask = createInterface({ input: process.stdin, output: process.stdout })
    const answer = await ask.question('Remove it? [y/N] ')
    ask.close()
    if (!/^y(es)?$/i.test(answer.trim())) return print(['Nothing was removed.'])
  }
  await clean(layout.STATE)
  print(['Removed.'])
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

program.parseAsync().catch((error: unknown) => {
  // A person's mistake is one sentence; anything else is a bug, and its stack belongs in the report.
  const text =
    error instanceof Refusal ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`podo: ${text}\n`)
  process.exit(1)
})
