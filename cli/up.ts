import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parse } from 'yaml'
import { dockerHttp } from '../agent/runtime/docker-http.ts'
import { loadImage } from '../agent/runtime/docker-image.ts'
import { startAgent } from './agent-process.ts'
import { apiClient, type ApiClient } from './api-client.ts'
import { startControlPlane } from './control-plane.ts'
import { dockerSocket, ensureDocker } from './docker-engine.ts'
import { advertise } from './join.ts'
import * as layout from './layout.ts'
import { buildNginxArchive, nginxArchiveStream, NGINX_TAGS } from './nginx-image.ts'
import { pidOf, rootBy, until } from './processes.ts'
import { liveBlock, steps, type Steps } from './screen.ts'
import { fleetTable, podsReady } from './fleet.ts'
import { openState, Refusal, type State } from './state.ts'
import { supervise, type Running, type Supervised } from './supervise.ts'
import { startWranglerDev } from './wrangler-dev.ts'

const IMAGE = NGINX_TAGS[0]
const PULL_MS = 120_000

/**
 * `npm start`: the control plane and one agent on this machine, three nginx Pods, and a live table until Ctrl-C. With
 * `dev` the control plane is wrangler's, reloading on change, with a folder, a port and a node of its own.
 */
export async function up(options: { dev: boolean }): Promise<void> {
  const { say, step } = steps(process.stdout)
  const dir = options.dev ? join(layout.STATE, 'dev') : layout.STATE
  const port = layout.port()
  const listen = layout.listenAddress()
  oneAtATime(dir)
  const docker = dockerSocket(process.env)
  await step('Docker Engine', () => ensureDocker(dir, docker, say))
  const root = await rootBy()
  if (root === undefined)
    throw new Refusal('The agent makes network interfaces and so needs root: run `npm start` as root or allow sudo.')
  const state = await openState(dir, layout.serverNames(listen), port, Date.now())
  writeFileSync(join(dir, 'podo.pid'), `${process.pid}\n`)
  advertise(state.kubeconfig, layout.reachableAt(listen, port))
  const running: Supervised[] = []
  const end = onEnd(running, dir)
  const tell = (who: string) => (how: number | string) =>
    say(`The ${who} ended (${how}) and is started again; its log: ${logOf(dir, who)}`)
  const control = (): Promise<Running> =>
    options.dev
      ? startWranglerDev(state, {
          port,
          listen,
          root: layout.ROOT,
          vars: { ...layout.apiVar(listen, port), ...layout.workerVars() },
        })
      : startControlPlane(state, {
          dist: layout.DIST,
          port,
          listen,
          workerd: layout.workerdBinary(),
          vars: layout.workerVars(),
        })
  running.push(await step('Control plane', () => supervise(control, tell('control plane'))))
  const api = apiClient(state.kubeconfig)
  const name = options.dev ? `${layout.nodeName()}-dev` : layout.nodeName()
  running.push(await step(`Node ${name}`, () => joinNode(state, api, name, docker, root, tell('agent'))))
  await ensureImage(docker, dir, { say, step })
  await step('examples/nginx.yaml', () => applyExample(api))
  await step('Three nginx Pods', () => threeReady(api))
  await end.soon(showUntilEnd(api, state))
}

/** A second `npm start` beside a running one would fight with it over the same folder. */
function oneAtATime(dir: string): void {
  const other = pidOf(join(dir, 'podo.pid'), 'podo')
  if (other !== undefined && other !== process.pid) {
    throw new Refusal(
      `podo is running already in ${dir} (process ${other}): stop it with Ctrl-C there, or use it with the kubeconfig in that folder.`,
    )
  }
}

const logOf = (dir: string, who: string): string =>
  relative(process.cwd(), who === 'agent' ? join(dir, 'agent/agent.log') : join(dir, 'control-plane.log'))

async function joinNode(
  state: State,
  api: ApiClient,
  name: string,
  docker: string,
  root: '' | 'sudo',
  ended: (how: number | string) => void,
): Promise<Supervised> {
  const stateDir = join(state.dir, 'agent')
  const known = existsSync(join(stateDir, 'credential.json'))
  const { token } = known
    ? { token: undefined }
    : await api.expect<{ token: string }>('POST', '/podo/join-tokens', { ttlSeconds: 3600 })
  const agent = await supervise(
    () =>
      startAgent({
        node: layout.nodeBinary(),
        bundle: join(layout.DIST, 'agent.cjs'),
        server: api.server,
        name,
        stateDir,
        docker,
        ca: join(state.dir, 'ca.crt'),
        root,
        ...(token === undefined ? {} : { token }),
      }),
    ended,
  )
  const ready = async (): Promise<boolean> => {
    const { code, body } = await api.call('GET', `/api/v1/nodes/${name}`)
    const conditions = (body as { status?: { conditions?: { type: string; status: string }[] } }).status?.conditions // a Node
    return (
      code === 200 &&
      conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
    )
  }
  if (await until(ready, 30_000)) return agent
  await agent.stop()
  throw new Refusal(`The node did not become Ready within 30 s: ${lastLine(join(stateDir, 'agent.log'))}`)
}

/** An image that is there is used; else it is pulled; where no registry answers it is built from the distribution's nginx. */
async function ensureImage(socket: string, dir: string, { say, step }: Steps): Promise<void> {
  const docker = dockerHttp(socket)
  const present = (): Promise<boolean> =>
    docker.call('GET', `/images/${IMAGE}/json`).then(
      () => true,
      () => false,
    )
  if (await present()) return
  const [fromImage = '', tag = ''] = IMAGE.split(':')
  await step(`Image ${IMAGE}`, async () => {
    const answer = await docker
      .stream('POST', '/images/create', { query: { fromImage, tag }, timeout: PULL_MS })
      .catch(() => undefined)
    if (answer !== undefined) for await (const _ of answer); // the stream's end is the pull's end
    if (await present()) return
    say(`${IMAGE} cannot be pulled here, so it is built from this distribution's nginx package.`)
    const archive = await buildNginxArchive(join(dir, 'cache'))
    const chunks: Buffer[] = []
    for await (const chunk of nginxArchiveStream(archive)) chunks.push(chunk as Buffer) // a file stream without encoding
    await loadImage(docker, Buffer.concat(chunks))
    if (!(await present())) throw new Refusal(`Docker took the image archive ${archive} but shows no ${IMAGE}.`)
  })
}

/** Creates the example unless it is there: what a person made of it since then stays. */
async function applyExample(api: ApiClient): Promise<void> {
  const object = parse(readFileSync(layout.EXAMPLE, 'utf8')) as { metadata: { name: string; annotations?: object } } // our own file
  const path = '/apis/apps/v1/namespaces/default/deployments'
  if ((await api.call('GET', `${path}/${object.metadata.name}`)).code === 200) return
  // As kubectl apply leaves it, so that a later `kubectl apply` of the edited file knows what was there.
  const last = `${JSON.stringify(object)}\n`
  object.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': last }
  await api.expect('POST', path, object)
}

async function threeReady(api: ApiClient): Promise<void> {
  let seen = { ready: 0, wanted: 3, why: '' }
  const enough = async (): Promise<boolean> => {
    seen = await podsReady(api, 'default', 'nginx')
    return seen.ready >= seen.wanted
  }
  if (await until(enough, 120_000, 250)) return
  throw new Refusal(`${seen.ready} of ${seen.wanted} Pods are Ready after two minutes. ${seen.why}`)
}

async function showUntilEnd(api: ApiClient, state: State): Promise<void> {
  const draw = liveBlock(process.stdout)
  const kubeconfig = relative(process.cwd(), state.kubeconfig) || state.kubeconfig
  process.stdout.write(`\nexport KUBECONFIG=$PWD/${kubeconfig}\n\n`)
  for (;;) {
    const lines = await fleetTable(api).catch((error: unknown) => [
      String(error instanceof Error ? error.message : error),
    ])
    draw([...lines, '', 'Ctrl-C stops podo; the Pods go on. To remove everything: npm run clean'])
    await new Promise((next) => setTimeout(next, process.stdout.isTTY ? 2_000 : 10_000))
  }
}

/** Ctrl-C ends what was started here, in the reverse order, and leaves the Pods. */
function onEnd(running: Supervised[], dir: string): { soon(work: Promise<void>): Promise<void> } {
  let ended: () => void = () => {}
  const over = new Promise<void>((done) => (ended = done))
  const signal = (): void => {
    process.stdout.write(
      '\nStopping podo. The Pods go on running; `npm start` takes them up again, `npm run clean` removes everything.\n',
    )
    ended()
  }
  process.once('SIGINT', signal)
  process.once('SIGTERM', signal)
  return {
    async soon(work) {
      await Promise.race([work, over])
      for (const one of running.toReversed()) await one.stop()
      writeFileSync(join(dir, 'podo.pid'), '')
      process.exit(0)
    },
  }
}

const lastLine = (path: string): string =>
  existsSync(path) ? (readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '') : `${path} is empty`
