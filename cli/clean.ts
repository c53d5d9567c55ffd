import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { dockerHttp } from '../agent/runtime/docker-http.ts'
import { removeNetwork } from '../agent/network/remove-network.ts'
import { removeVolumes } from '../agent/volumes/places.ts'
import { dockerAnswers, dockerSocket } from './docker-engine.ts'
import { endPid, pidOf } from './processes.ts'
import { Refusal } from './state.ts'

/** Every container of podo's agents carries this label, with the node's name. */
const LABEL = 'podo.node'
/** `npm start`'s folder itself, and `npm run dev`'s below it. */
const FOLDERS = ['', 'dev']
/** What agents keep for as long as the machine is up: termination messages, volumes that may hold secrets. */
const RUN = '/run/podo'

/** What a clean would remove, to be said before it is done. */
export async function whatToClean(dir: string): Promise<{ containers: string[]; lines: string[] }> {
  const socket = dockerSocket(process.env)
  const containers = (await dockerAnswers(socket)) ? await ours(socket) : []
  const lines = [
    ...(containers.length > 0 ? [`${containers.length} containers of podo's Pods`] : []),
    'the Pod network of this machine (routes, interfaces, the nftables table podo)',
    ...(existsSync(dir) ? [`${dir} (the cluster's objects, secrets and certificates)`] : []),
    ...(FOLDERS.some((sub) => pidOf(join(dir, sub, 'dockerd.pid'), 'dockerd') !== undefined)
      ? ['the dockerd that podo started']
      : []),
  ]
  return { containers, lines }
}

/** Removes them. Docker itself, its images and what others run on it stay. */
export async function clean(dir: string): Promise<void> {
  for (const sub of FOLDERS) {
    const running = pidOf(join(dir, sub, 'podo.pid'), 'podo')
    if (running !== undefined)
      throw new Refusal(`podo is running (process ${running}): stop it with Ctrl-C there, then clean again.`)
  }
  const socket = dockerSocket(process.env)
  if (await dockerAnswers(socket)) {
    const docker = dockerHttp(socket)
    for (const id of await ours(socket))
      await docker.call('DELETE', `/containers/${id}`, { query: { force: true, v: true } })
  }
  await removeNetwork()
  await removeVolumes()
  for (const sub of FOLDERS) await endPid(join(dir, sub, 'dockerd.pid'), 'dockerd', 20_000)
  rmSync(RUN, { recursive: true, force: true })
  rmSync(dir, { recursive: true, force: true })
}

async function ours(socket: string): Promise<string[]> {
  const filters = JSON.stringify({ label: [LABEL] })
  const rows = await dockerHttp(socket).call('GET', '/containers/json', { query: { all: true, filters } })
  return (rows as { Id: string }[]).map((row) => row.Id) // Docker's own shape of a list
}
