import { runCommand, type RunCommand } from './command.ts'
import { gatewayOf } from './range.ts'
import { FORWARD_RULES, podCIDROf } from './rules.ts'

/** Takes away what agents of podo made on this machine, whichever they were. What is not there is no error. */
export async function removeNetwork(run: RunCommand = runCommand): Promise<void> {
  const tables = await run('nft', ['list', 'tables', 'ip'])
  for (const [, name = ''] of tables.stdout.matchAll(/^table ip (podo_\S+)$/gm)) {
    await run('nft', ['delete', 'table', 'ip', name])
    const podCIDR = podCIDROf(name)
    if (podCIDR !== undefined) await run('ip', ['addr', 'del', `${gatewayOf(podCIDR)}/32`, 'dev', 'lo'])
  }
  const routes = await run('ip', ['-4', 'route', 'show', 'type', 'unreachable', 'metric', '4000'])
  for (const [, range = ''] of routes.stdout.matchAll(/^unreachable (\S+)/gm))
    await run('ip', ['route', 'del', 'unreachable', range, 'metric', '4000'])
  for (const chain of ['DOCKER-USER', 'FORWARD'])
    for (const rule of FORWARD_RULES) await run('iptables', ['-D', chain, ...rule])
  const input = await run('iptables', ['-S', 'INPUT'])
  for (const [, rule = ''] of input.stdout.matchAll(/^-A INPUT (-d 127\.0\.0\.1\/32 -i pv\+ .*)$/gm))
    await run('iptables', ['-D', 'INPUT', ...rule.split(' ')])
}
