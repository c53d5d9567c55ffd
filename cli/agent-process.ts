import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { asRoot } from './processes.ts'
import type { Running } from './supervise.ts'

/**
 * What keeps an agent small: small generations, no threads of its own for collecting, and V8's lite mode, which leaves
 * the optimising compilers asleep (10 MB of 71 with three Pods; an agent mostly waits). Measured in bench/README.md.
 */
export const NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=32', '--single-threaded-gc', '--lite-mode']
/** glibc would give each thread an arena of its own. */
const ENVIRONMENT = { UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '1' }

export interface AgentOptions {
  readonly node: string
  /** `dist/agent.cjs`. */
  readonly bundle: string
  readonly server: string
  readonly name: string
  /** Credential, cache and log of this agent. */
  readonly stateDir: string
  readonly docker: string
  /** File with the authority's certificate. */
  readonly ca: string
  /** A join token; needed until the agent has a credential of its own. */
  readonly token?: string
  readonly root: '' | 'sudo'
  /** A network namespace to run in: the tests' stand-in for another machine. */
  readonly netns?: string
  readonly args?: readonly string[]
}

/** Starts an agent in the background of this process. It ends with SIGTERM and leaves the Pods running. */
export async function startAgent(options: AgentOptions): Promise<Running & { pid: number }> {
  mkdirSync(options.stateDir, { recursive: true, mode: 0o700 })
  const log = openSync(join(options.stateDir, 'agent.log'), 'a', 0o600)
  const node = [options.node, ...NODE_FLAGS, options.bundle, ...agentArguments(options), ...(options.args ?? [])]
  // `ip netns exec` would remount /sys and hide the cgroups.
  const [program = '', ...rest] =
    options.netns === undefined ? node : ['nsenter', `--net=/run/netns/${options.netns}`, ...node]
  const [command, args] = asRoot(options.root, program, rest)
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    detached: true,
    env: {
      ...process.env,
      ...ENVIRONMENT,
      ...(options.token === undefined ? {} : { PODO_TOKEN: options.token }),
    },
  })
  closeSync(log)
  const ended = new Promise<number | string>((done) => {
    child.once('exit', (code, signal) => done(signal ?? code ?? 0))
    child.once('error', (error) => done(error.message))
  })
  return {
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

export const agentArguments = (
  options: Pick<AgentOptions, 'server' | 'name' | 'stateDir' | 'docker' | 'ca'>,
): string[] => [
  '--server',
  options.server,
  '--name',
  options.name,
  '--state',
  options.stateDir,
  '--docker',
  options.docker,
  '--ca',
  options.ca,
]
