import { spawn } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { livez } from './control-plane.ts'
import { until } from './processes.ts'
import { Refusal, type State } from './state.ts'
import type { Running } from './supervise.ts'

/**
 * The control plane on `wrangler dev`: the same Worker from its sources, bundled again at each save (which restarts it;
 * agents and watches reconnect). Its databases lie in the state folder, its secrets in an environment file there.
 */
export async function startWranglerDev(
  state: State,
  options: { port: number; listen: string; root: string; vars: Readonly<Record<string, string>> },
): Promise<Running> {
  const secrets = join(state.dir, 'dev.vars')
  const quoted = JSON.stringify(state.authority)
  const vars = Object.entries(options.vars).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(
    secrets,
    `PODO_ADMIN_TOKEN=${state.adminToken}\nPODO_KEY=${state.key}\nPODO_CA=${quoted}\n${vars.join('')}`,
    {
      mode: 0o600,
    },
  )
  const log = openSync(join(state.dir, 'control-plane.log'), 'a', 0o600)
  const wrangler = join(options.root, 'node_modules/wrangler/bin/wrangler.js')
  const child = spawn(
    process.execPath,
    [
      ...[
        wrangler,
        'dev',
        '--config',
        join(options.root, 'wrangler.toml'),
        '--port',
        String(options.port),
        '--ip',
        options.listen,
      ],
      ...['--local-protocol', 'https', '--https-key-path', join(state.dir, 'server.key')],
      ...['--https-cert-path', join(state.dir, 'server.crt'), '--persist-to', state.store, '--env-file', secrets],
      ...['--log-level', 'warn', '--show-interactive-dev-session=false', '--inspector-port', '0'],
    ],
    { stdio: ['ignore', log, log], env: { ...process.env, CI: '1' }, detached: true, cwd: options.root },
  )
  closeSync(log)
  const ended = new Promise<number | string>((done) => {
    child.once('exit', (code, signal) => done(signal ?? code ?? 0))
    child.once('error', (error) => done(error.message))
  })
  // wrangler starts workerd below itself; the group is ours, so the whole of it ends together.
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
  if (await until(() => livez(`https://127.0.0.1:${options.port}`, state.authority), 60_000)) return { ended, stop }
  await stop()
  throw new Refusal(`wrangler dev did not answer within 60 s: look at ${join(state.dir, 'control-plane.log')}`)
}
