import { hostname } from 'node:os'
import { parseArgs } from 'node:util'

export interface Options {
  readonly server: URL
  /** Of the Node. */
  readonly name: string
  readonly token?: string
  /** Folder of credential, key and cache. */
  readonly state: string
  /** Path of Docker's socket. */
  readonly docker: string
  /** File with the authority's certificate. */
  readonly ca?: string
  /** `sha256:` and the digest of the authority's certificate. */
  readonly caHash?: string
  /** InternalIP, where the machine's own choice is not the right one. */
  readonly address?: string
}

export const USAGE = `usage: node agent.cjs --server URL [--token TOKEN] [--name NODE] [--state FOLDER]
                      [--docker SOCKET] [--ca FILE | --ca-hash sha256:HEX] [--address IP]

  --server URL      the control plane                                  (PODO_SERVER)
  --token TOKEN     a join token; needed once, until the node joined   (PODO_TOKEN)
  --name NODE       the node's name; default: this machine's host name (PODO_NODE)
  --state FOLDER    what this agent keeps; default /var/lib/podo/NODE  (PODO_STATE)
  --docker SOCKET   default /var/run/docker.sock                       (DOCKER_HOST)
  --ca FILE         the authority of the control plane's certificate   (PODO_CA)
  --ca-hash HASH    its hash, in place of the file                     (PODO_CA_HASH)
  --address IP      the node's address; default: that of the way out   (PODO_ADDRESS)

The control plane is reached through HTTPS_PROXY, unless NO_PROXY names it.
`

/** What was asked for cannot be done, in one sentence. */
export class UsageError extends Error {}

type Env = Readonly<Record<string, string | undefined>>

/** Options from arguments and environment; arguments win. Undefined where help is asked for. Throws UsageError. */
export function readOptions(args: readonly string[], env: Env, host: string = hostname()): Options | undefined {
  const given = parse(args)
  if (given.help === true) return undefined
  const pick = (flag: string | undefined, variable: string): string | undefined => flag ?? (env[variable] || undefined)
  const name = (pick(given.name, 'PODO_NODE') ?? host).toLowerCase()
  const token = pick(given.token, 'PODO_TOKEN')
  const ca = pick(given.ca, 'PODO_CA')
  const caHash = pick(given['ca-hash'], 'PODO_CA_HASH')
  const address = pick(given.address, 'PODO_ADDRESS')
  if (caHash !== undefined && !/^sha256:[0-9a-f]{64}$/.test(caHash)) {
    throw new UsageError(`--ca-hash ${caHash} is not sha256: and 64 hex digits`)
  }
  return {
    server: serverOf(pick(given.server, 'PODO_SERVER')),
    name,
    state: pick(given.state, 'PODO_STATE') ?? `/var/lib/podo/${name}`,
    docker: socketOf(pick(given.docker, 'DOCKER_HOST')),
    ...(token === undefined ? {} : { token }),
    ...(ca === undefined ? {} : { ca }),
    ...(caHash === undefined ? {} : { caHash }),
    ...(address === undefined ? {} : { address }),
  }
}

const text = { type: 'string' } as const
const flags = {
  server: text,
  token: text,
  name: text,
  state: text,
  docker: text,
  ca: text,
  'ca-hash': text,
  address: text,
  help: { type: 'boolean', short: 'h' },
} as const

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function serverOf(given: string | undefined): URL {
  if (given === undefined) throw new UsageError('--server is missing: the URL of the control plane')
  const server = URL.canParse(given) ? new URL(given) : undefined
  if (server?.protocol === 'https:' || server?.protocol === 'http:') return server
  throw new UsageError(`--server ${given} is not an http or https URL`)
}

/** Docker's own notation is taken too; a daemon on another machine cannot run this machine's Pods. */
function socketOf(given = '/var/run/docker.sock'): string {
  if (given.startsWith('unix://')) return given.slice('unix://'.length)
  if (given.startsWith('/')) return given
  throw new UsageError(`--docker ${given} is not a local socket (unix:///path or /path)`)
}
