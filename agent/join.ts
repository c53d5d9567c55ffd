import { readFileSync } from 'node:fs'
import type { NodeStatement } from '../api/wire.ts'
import { backoff } from './backoff.ts'
import type { Clock } from './clock.ts'
import { authorityOf, joinCluster, JoinRefused, machineOf, readCredential, type Credential } from './credential.ts'
import type { Way } from './dial.ts'
import type { Log } from './log.ts'
import type { Options } from './options.ts'
import { readState, writeState } from './state-folder.ts'

const AUTHORITY_FILE = 'ca.crt'

/** How to reach the control plane: the authority comes from a file, from an earlier start, or by its hash, once. */
export async function wayOf(options: Options, env: Way['env'], log: Log, clock: Clock): Promise<Way> {
  const { server, state, ca, caHash } = options
  const way = (pem: string | undefined): Way => ({ server, env, ...(pem === undefined ? {} : { ca: pem }) })
  if (ca !== undefined) return way(readFileSync(ca, 'utf8'))
  const kept = readState(state, AUTHORITY_FILE)
  if (kept !== undefined || caHash === undefined) return way(kept)
  const pem = await untilReached(() => authorityOf(server, caHash), server, log, clock)
  writeState(state, AUTHORITY_FILE, pem)
  return way(pem)
}

export interface Joining {
  readonly options: Options
  readonly way: Way
  readonly agent: string
  readonly statement: () => NodeStatement
  readonly log: Log
  readonly clock: Clock
}

/** The credential of an earlier join to this control plane under this name, or undefined. */
export function knownCredential({ server, name, state }: Options): Credential | undefined {
  const known = readCredential(state)
  return known !== undefined && known.server === server.href && known.name === name ? known : undefined
}

/**
 * Joins with the token, waiting for a control plane that cannot be reached. Throws JoinRefused where it says no, and
 * where there is no token to join with.
 */
export async function join({ options, way, agent, statement, log, clock }: Joining): Promise<Credential> {
  const { name, state, token, server } = options
  if (token === undefined) {
    throw new JoinRefused(
      `node "${name}" has not joined ${server.host} yet: start it once with --token (podo node join-command)`,
    )
  }
  const about = { name, machine: machineOf(state), agent, node: statement() }
  const credential = await untilReached(() => joinCluster(state, way, token, about), server, log, clock)
  log('info', `joined ${server.host} as node ${name}`)
  return credential
}

/** Repeats what fails because nobody answers; what is refused is thrown on. */
async function untilReached<T>(work: () => Promise<T>, server: URL, log: Log, clock: Clock): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isOutOfReach(error)) throw error
      const wait = backoff(attempt, Math.random())
      log('warn', `${server.host} cannot be reached: ${error.message}`, { againIn: `${Math.round(wait / 100) / 10} s` })
      await new Promise<void>((resolve) => void clock.after(wait, resolve))
    }
  }
}

/** Errors of the network, which pass; a certificate that is not the right one does not. */
function isOutOfReach(error: unknown): error is Error & { code: string } {
  if (!(error instanceof Error) || error instanceof JoinRefused) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return /^E[A-Z]+$/.test(code) || error.message.startsWith('no answer from') || error.message.includes('the proxy ')
}
