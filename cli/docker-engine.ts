import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { dockerHttp } from '../agent/runtime/docker-http.ts'
import { asRoot, detach, ran, rootBy, until } from './processes.ts'
import { Refusal } from './state.ts'

const SOCKET = '/var/run/docker.sock'
/** What a node needs beside Docker: Pod addresses are made with ip and nsenter, the way out with nft and iptables. */
const TOOLS = { ip: 'iproute2', nft: 'nftables', iptables: 'iptables', nsenter: 'util-linux' }

/** The socket that DOCKER_HOST names, or Docker's own. */
export function dockerSocket(env: Readonly<Record<string, string | undefined>>): string {
  const host = env['DOCKER_HOST']
  if (host === undefined || host === '') return SOCKET
  if (host.startsWith('unix://')) return host.slice('unix://'.length)
  throw new Refusal(`DOCKER_HOST is ${host}, but podo's agent speaks to a local socket only: unset it or use unix://…`)
}

/** Whether an Engine answers there. */
export const dockerAnswers = (socket: string): Promise<boolean> =>
  dockerHttp(socket)
    .call('GET', '/version', { timeout: 3_000 })
    .then(() => true)
    .catch(() => false)

/**
 * Makes sure that a Docker Engine answers: one that is there is used; one that is installed is started; else it is
 * installed from the distribution, after `say` has told what will change. Throws a Refusal that says what to do.
 */
export async function ensureDocker(stateDir: string, socket: string, say: (line: string) => void): Promise<void> {
  await ensureTools(say)
  if (await dockerAnswers(socket)) return
  if (socket !== SOCKET)
    throw new Refusal(`No Docker Engine answers at ${socket} (DOCKER_HOST): start it, or unset DOCKER_HOST.`)
  if ((await ran('sh', ['-c', 'command -v dockerd'])).code !== 0) await install(['docker.io'], say)
  await start(stateDir, say)
}

async function ensureTools(say: (line: string) => void): Promise<void> {
  const missing: string[] = []
  for (const [command, packageName] of Object.entries(TOOLS)) {
    const found = await ran('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${command}`])
    if (found.code !== 0) missing.push(packageName)
  }
  if (missing.length > 0) await install(missing, say)
}

async function install(packages: string[], say: (line: string) => void): Promise<void> {
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  const root = await rootBy()
  if (root === undefined)
    throw new Refusal(`podo needs ${packages.join(', ')}. Run \`sudo ${line}\`, then \`npm start\` again.`)
  if ((await ran('apt-get', ['--version'])).code !== 0) {
    throw new Refusal(
      `podo needs ${packages.join(', ')} and cannot install them here (no apt-get): install them, then run \`npm start\` again.`,
    )
  }
  say(`Installing ${packages.join(', ')} with apt-get`)
  await ran(...asRoot(root, 'apt-get', ['update', '-q']))
  // A package whose service starts by itself must not take ports or rules before we look at it; policy-rc.d is not ours.
  const done = await ran(...asRoot(root, 'env', ['DEBIAN_FRONTEND=noninteractive', ...line.split(' ')]))
  if (done.code !== 0) throw new Refusal(`\`${line}\` failed: ${done.err.trim().split('\n').at(-1) ?? ''}`)
}

async function start(stateDir: string, say: (line: string) => void): Promise<void> {
  const root = await rootBy()
  if (root === undefined) {
    throw new Refusal(
      'Docker is installed but does not run, and starting it needs root: run `sudo systemctl start docker`, then `npm start` again.',
    )
  }
  if (existsSync('/run/systemd/system')) {
    say('Starting Docker (systemctl start docker)')
    await ran(...asRoot(root, 'systemctl', ['start', 'docker']))
  } else {
    say('Starting dockerd (there is no systemd here)')
    mkdirSync(stateDir, { recursive: true })
    const [command, args] = asRoot(root, 'dockerd', [
      '--live-restore',
      '--exec-opt',
      'native.cgroupdriver=cgroupfs',
      '--pidfile',
      '/var/run/docker.pid',
    ])
    detach(command, args, { log: join(stateDir, 'dockerd.log'), pid: join(stateDir, 'dockerd.pid') })
  }
  if (await until(() => dockerAnswers(SOCKET), 30_000)) return
  throw new Refusal(
    `Docker did not start within 30 s: look at ${join(stateDir, 'dockerd.log')} or \`journalctl -u docker\`.`,
  )
}
