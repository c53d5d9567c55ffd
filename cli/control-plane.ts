import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { createServer } from 'node:net'
import { join, relative, resolve } from 'node:path'
import { openLog } from './bounded-log.ts'
import { apiVar } from './layout.ts'
import { Refusal, type State } from './state.ts'

export interface ControlPlane {
  readonly url: string
  readonly pid: number
  /** Resolves with what workerd ended with. */
  readonly ended: Promise<number | string>
  /** SIGTERM closes the listener only, and streams would hold the process: so it is killed, which loses no write. */
  stop(): Promise<void>
}

export interface ControlPlaneOptions {
  /** The folder that holds `worker/index.js`. */
  readonly dist: string
  readonly port: number
  /** Default loopback: nobody else reaches it unless told. */
  readonly listen?: string
  /** The workerd binary. */
  readonly workerd: string
  /** Extra text bindings of the Worker (`PODO_CLUSTER_CIDR` …). */
  readonly vars?: Readonly<Record<string, string>>
}

/**
 * Starts plain workerd with the production bundle, and waits until it answers. The bundle's secrets travel as
 * environment variables, never as arguments or in the configuration file.
 */
export async function startControlPlane(state: State, options: ControlPlaneOptions): Promise<ControlPlane> {
  const listen = options.listen ?? '127.0.0.1'
  await portIsFree(listen, options.port)
  mkdirSync(state.store, { recursive: true })
  const config = join(state.dir, 'workerd.capnp')
  writeFileSync(config, configText(state, options, listen), { mode: 0o600 })
  const log = openLog(state.dir)
  const child = spawn(options.workerd, ['serve', config, '--experimental'], {
    env: { PATH: process.env['PATH'], PODO_ADMIN_TOKEN: state.adminToken, PODO_KEY: state.key },
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  })
  closeSync(log.fd)
  const ended = new Promise<number | string>((done) => {
    child.once('exit', (code, signal) => done(signal ?? code ?? 0))
    child.once('error', (error) => done(error.message))
  })
  log.boundUntil(ended)
  const url = `https://127.0.0.1:${options.port}`
  await answering(url, state.authority, ended, log.path)
  return { url, pid: child.pid ?? 0, ended, stop: () => stop(child, ended) }
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL')
  await ended
}

/** Says who is in the way before workerd fails with a stack of its own. */
function portIsFree(host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      const why = taken ? 'is taken by another program' : `cannot be opened (${error.code ?? error.message})`
      fail(
        new Refusal(`Port ${port} on ${host} ${why}: stop that program, or choose another port with PODO_PORT=<port>.`),
      )
    })
    probe.listen(port, host, () => probe.close(() => done()))
  })
}

/** Waits at most 15 s for /livez over the cluster's own certificate. */
async function answering(url: string, ca: string, ended: Promise<number | string>, log: string): Promise<void> {
  const deadline = Date.now() + 15_000
  let over: number | string | undefined
  void ended.then((how) => (over = how))
  while (Date.now() < deadline) {
    if (over !== undefined) break
    if (await livez(url, ca)) return
    await new Promise((next) => setTimeout(next, 25))
  }
  const last = readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? ''
  throw new Refusal(`The control plane did not start${over === undefined ? '' : ` (it ended with ${over})`}: ${last}`)
}

export const livez = (url: string, ca: string): Promise<boolean> =>
  new Promise((done) => {
    const request = get(`${url}/livez`, { ca, timeout: 2_000 }, (response) => {
      response.resume()
      done(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => done(false))
  })

/** https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp */
function configText(state: State, options: ControlPlaneOptions, listen: string): string {
  const vars = Object.entries({ ...apiVar(listen, options.port), ...options.vars }).map(
    ([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`,
  )
  const pem = (text: string): string => JSON.stringify(text)
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "podo", worker = .podo),
    (name = "store", disk = (path = ${JSON.stringify(resolve(state.store))}, writable = true)),
  ],
  sockets = [(
    name = "api", address = "${listen}:${options.port}", service = "podo",
    https = (tlsOptions = (keypair = (
      privateKey = ${pem(state.server.key)},
      certificateChain = ${pem(state.server.certificate)})))
  )],
);

const podo :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed ${JSON.stringify(relative(resolve(state.dir), resolve(options.dist, 'worker/index.js')))})],
  compatibilityDate = "2026-10-01",
  compatibilityFlags = ["nodejs_compat", "enable_request_signal"],
  durableObjectNamespaces = [
    (className = "Cluster", uniqueKey = "podo-cluster", enableSql = true),
    (className = "Stream", uniqueKey = "podo-stream", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "store"),
  bindings = [
    (name = "CLUSTER", durableObjectNamespace = "Cluster"),
    (name = "STREAM", durableObjectNamespace = "Stream"),
    (name = "PODO_ADMIN_TOKEN", fromEnvironment = "PODO_ADMIN_TOKEN"),
    (name = "PODO_KEY", fromEnvironment = "PODO_KEY"),
    (name = "PODO_CA", text = ${pem(state.authority)}),
    ${vars.join(',\n    ')}
  ],
);
`
}
