import { spawn } from 'node:child_process'
import { closeSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openLog } from './bounded-log.ts'
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
  // What is on this machine has no daily limits; wrangler.toml's are Cloudflare's.
  const vars = Object.entries({ PODO_QUOTA: 'off', ...options.vars }).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(
    secrets,
    `PODO_ADMIN_TOKEN=${state.adminToken}\nPODO_KEY=${state.key}\nPODO_CA=${quoted}\n${vars.join('')}`,
    {
      mode: 0o600,
    },
  )
  const log = openLog(state.dir)
  const wrangler = join(options.root, 'node_modules/wrangler/bin/wrangler.js')
  const child = spawn(process.execPath, [wrangler, ...argumentsOf(state, options, secrets)], {
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, CI: '1' },
    detached: true,
    cwd: options.root,
  })
  closeSync(log.fd)
  const ended = new Promise<number | string>((done) => {
    child.once('exit', (code, signal) => done(signal ?? code ?? 0))
    child.once('error', (error) => done(error.message))
  })
  log.boundUntil(ended)
  // wrangler starts workerd below itself; the group is ours, so the whole of it ends together.
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    await ended
  }
  const url = `https://127.0.0.1:${options.port}`
  if (!(await until(() => livez(url, state.authority), 60_000))) {
    await stop()
    throw new Refusal(`wrangler dev did not answer within 60 s: look at ${log.path}`)
  }
  void endWhenDeaf(() => livez(url, state.authority), ended, stop)
  return { ended, stop }
}

type DevOptions = Parameters<typeof startWranglerDev>[1]

/** `wrangler dev --help` tells what they are. */
const argumentsOf = (state: State, { root, port, listen }: DevOptions, secrets: string): string[] =>
  Object.entries({
    '--config': join(root, 'wrangler.toml'),
    '--port': String(port),
    '--ip': listen,
    '--local-protocol': 'https',
    '--https-key-path': join(state.dir, 'server.key'),
    '--https-cert-path': join(state.dir, 'server.crt'),
    '--persist-to': state.store,
    '--env-file': secrets,
    '--log-level': 'warn',
    '--show-interactive-dev-session': 'false',
    '--inspector-port': '0',
  }).reduce((all, [flag, value]) => [...all, `${flag}=${value}`], ['dev'])

/** Asked so often, and given up after so many answers that did not come. */
const LOOK_MS = 2_000
const MISSES = 4

/**
 * wrangler does not notice that its workerd is gone: it stays up and answers nobody. Then the whole of it is ended, so
 * that whoever supervises it starts it anew. A reload is over within a second and is not mistaken for that.
 */
async function endWhenDeaf(
  answers: () => Promise<boolean>,
  ended: Promise<unknown>,
  stop: () => Promise<void>,
): Promise<void> {
  let over = false
  void ended.then(() => (over = true))
  for (let misses = 0; misses < MISSES && !over; misses = (await answers()) ? 0 : misses + 1) {
    await Promise.race([ended, new Promise((next) => setTimeout(next, LOOK_MS))])
  }
  if (!over) await stop()
}
