import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, statfs } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Volume } from '../../api/schema/types.generated.ts'
import { isWritten } from '../pod/volumes.ts'
import { runCommand, type RunCommand } from '../network/command.ts'

/** statfs(2): a file system that lies in memory. */
const TMPFS = 0x01021994
const MOUNTS = '/proc/self/mountinfo'
/** Below this lies everything that podo keeps in memory only. */
const RUN = '/run/podo/volumes'

/**
 * Where volumes lie: what may hold secrets in a tmpfs of this agent's own, plain emptyDirs beside its state. Both places
 * are the same at every start, so that an agent that restarts finds what its Pods use.
 */
export interface Places {
  /** Folder of a volume. */
  folderOf(uid: string, volume: Volume): string
  /** Makes the tmpfs unless it is there. Throws where this machine lets it not be made. */
  open(): Promise<void>
  /** A tmpfs of its own at the folder, at most so many bytes; '' for as many as the machine gives. */
  openMemory(folder: string, size: string): Promise<void>
  remove(uid: string): Promise<void>
  uids(): Promise<string[]>
}

/** `state` is the agent's state folder, `node` the name of its Node. */
export function placesOf(node: string, state: string, run: RunCommand = runCommand, top = RUN): Places {
  const memory = memoryOf(node, state, top)
  const disk = join(resolve(state), 'volumes')
  const inMemory = (volume: Volume): boolean => isWritten(volume) || volume.emptyDir?.medium === 'Memory'
  return {
    folderOf: (uid, volume) => join(inMemory(volume) ? memory : disk, uid, volume.name),
    async open() {
      if (await isMounted(memory)) return
      await mkdir(memory, { recursive: true, mode: 0o700 })
      await mountTmpfs(run, memory, ['mode=0700'])
    },
    async openMemory(folder, size) {
      await mkdir(folder, { recursive: true })
      if (await isMounted(folder)) return
      await mountTmpfs(run, folder, ['mode=0777', ...(size === '' ? [] : [`size=${size}`])])
    },
    async remove(uid) {
      await unmountBelow(run, join(memory, uid))
      for (const root of [memory, disk]) await rm(join(root, uid), { recursive: true, force: true })
    },
    async uids() {
      const names = await Promise.all([memory, disk].map((root) => readdir(root).catch(() => [])))
      return [...new Set(names.flat())]
    },
  }
}

/** The tmpfs of an agent. Two agents of one machine may be nodes of one name in different clusters. */
export const memoryOf = (node: string, state: string, top = RUN): string =>
  join(top, `${node}-${createHash('sha256').update(resolve(state)).digest('hex').slice(0, 8)}`)

/** Takes away every tmpfs of podo's agents on this machine. What is not there is no error. */
export async function removeVolumes(run: RunCommand = runCommand, top = RUN): Promise<void> {
  await unmountBelow(run, top)
  await rm(top, { recursive: true, force: true })
}

/** Without swap where the kernel can (6.4 and newer): a secret in it never reaches a disk. */
async function mountTmpfs(run: RunCommand, folder: string, options: readonly string[]): Promise<void> {
  const mount = (more: readonly string[]) =>
    run('mount', ['-t', 'tmpfs', '-o', [...options, 'nosuid', 'nodev', ...more].join(','), 'podo', folder])
  if ((await mount(['noswap'])).code === 0) return
  const { code, stderr } = await mount([])
  if (code === 0 || (await statfs(folder)).type === TMPFS) return
  throw new Error(`no memory can be mounted at ${folder}: ${stderr.trim()}`)
}

async function mountPoints(): Promise<string[]> {
  const text = await readFile(MOUNTS, 'utf8')
  return text.split('\n').map((line) => line.split(' ')[4] ?? '')
}

const isMounted = async (folder: string): Promise<boolean> => (await mountPoints()).includes(folder)

async function unmountBelow(run: RunCommand, folder: string): Promise<void> {
  const below = (await mountPoints()).filter((path) => path === folder || path.startsWith(`${folder}/`))
  // The innermost first; lazily, for a container that is being removed may still hold it.
  for (const path of below.toSorted().toReversed()) await run('umount', ['-l', path])
}
