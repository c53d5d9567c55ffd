import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { VolumeError, type FileEntry, type Payload } from './payload.ts'

const DATA = '..data'
const NEW_DATA = '..data_tmp'
const SET_GID = 0o2000
/** What fsGroup adds to files and folders of a volume that containers only read (SetVolumeOwnership). */
const GROUP_READS = 0o440
const GROUP_ENTERS = 0o110

export interface WriteOptions {
  /** Of the Pod: may read everything. */
  readonly fsGroup: number | undefined
  /** For the name of the folder, and eight digits that make it unlike any other. */
  readonly now: number
  readonly random: () => number
}

/**
 * Makes `folder` hold exactly these files, so that a reader sees the old ones or the new ones and never a mixture:
 * a folder of that moment, a link `..data` to it that is swapped by a rename, and links to it by the files' own names.
 * Answers whether anything was written. Model: pkg/volume/util.AtomicWriter
 */
export async function writeFiles(folder: string, payload: Payload, options: WriteOptions): Promise<boolean> {
  for (const path of payload.keys()) checkPath(path)
  const old = await readlink(join(folder, DATA)).catch(() => undefined)
  if (old !== undefined && (await holds(join(folder, old), payload))) return false
  const name = stampedName(options)
  const fresh = join(folder, name)
  await mkdir(fresh, { mode: 0o755 })
  await own(fresh, 0o755, options.fsGroup, undefined, GROUP_READS | GROUP_ENTERS | SET_GID)
  for (const [path, file] of payload) await writeOne(fresh, path, file, options.fsGroup)
  await rm(join(folder, NEW_DATA), { force: true })
  await symlink(name, join(folder, NEW_DATA))
  await rename(join(folder, NEW_DATA), join(folder, DATA))
  await showFiles(folder, payload)
  await removeOld(folder, name, payload)
  return true
}

/** The text of one of its files, undefined where there is none. */
export const writtenFile = (folder: string, path: string): Promise<string | undefined> =>
  readFile(join(folder, DATA, path), 'utf8').catch(() => undefined)

/** Whether the folder was written completely at some time. */
export const wasWritten = (folder: string): Promise<boolean> =>
  lstat(join(folder, DATA)).then(
    () => true,
    () => false,
  )

/** The API refuses such paths; here it is the last door before the machine's own files. */
function checkPath(path: string): void {
  const parts = path.split('/')
  const isWrong = path === '' || path.startsWith('/') || parts.includes('..') || path.startsWith('..')
  if (isWrong) throw new VolumeError(`invalid path: must not contain '..': ${path}`)
}

async function holds(folder: string, payload: Payload): Promise<boolean> {
  const present = await filesBelow(folder)
  if (present.length !== payload.size) return false
  for (const [path, { data }] of payload) {
    const held = await readFile(join(folder, path)).catch(() => undefined)
    if (held === undefined || !held.equals(data)) return false
  }
  return true
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)
}

/** `..2026_01_02_15_04_05.123456789`, as Go's MkdirTemp names it. */
function stampedName({ now, random }: WriteOptions): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '_')
  return `..${stamp}.${Math.floor(random() * 2 ** 32)}`
}

async function writeOne(root: string, path: string, file: FileEntry, fsGroup: number | undefined): Promise<void> {
  const target = join(root, path)
  let folder = root
  for (const part of path.split('/').slice(0, -1)) {
    folder = join(folder, part)
    await mkdir(folder, { mode: 0o755 }).catch(() => undefined)
    await own(folder, 0o755, fsGroup, undefined, GROUP_READS | GROUP_ENTERS | SET_GID)
  }
  await writeFile(target, file.data, { mode: 0o600 })
  await own(target, file.mode, fsGroup, file.uid, GROUP_READS)
}

/** Owner first: a change of it takes setgid away. */
async function own(
  path: string,
  mode: number,
  fsGroup: number | undefined,
  uid: number | undefined,
  forGroup: number,
): Promise<void> {
  if (uid !== undefined || fsGroup !== undefined) await chown(path, uid ?? -1, fsGroup ?? -1)
  await chmod(path, fsGroup === undefined ? mode : mode | forGroup)
}

/** Names at the volume's top, which lead through `..data`. */
const topNames = (payload: Payload): Set<string> => new Set([...payload.keys()].map((path) => path.split('/')[0] ?? ''))

async function showFiles(folder: string, payload: Payload): Promise<void> {
  const shown = new Set(await readdir(folder))
  for (const name of topNames(payload)) if (!shown.has(name)) await symlink(join(DATA, name), join(folder, name))
}

async function removeOld(folder: string, current: string, payload: Payload): Promise<void> {
  const wanted = topNames(payload)
  for (const name of await readdir(folder)) {
    const isOurs = name === DATA || name === current
    if (isOurs || wanted.has(name)) continue
    const stale = name.startsWith('..') || (await isLinkToData(join(folder, name)))
    if (stale) await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** Folders that stand in for a missing subPath are not files of the volume. */
const isLinkToData = (path: string): Promise<boolean> =>
  readlink(path).then(
    (target) => dirname(target) === DATA,
    () => false,
  )
