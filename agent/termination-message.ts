import { chmod, mkdir, open, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LABEL } from './pod/labels.ts'
import type { ContainerDetail, Runtime } from './runtime/runtime.ts'

/** The files that containers leave their last words in (terminationMessagePath). */
export interface MessageFiles {
  /** An empty file for one life of a container. Returns its path on the machine. */
  make(uid: string, container: string, attempt: number): Promise<string>
  /** At most 4096 bytes of it; '' where there is none. */
  read(path: string): Promise<string>
  /** Those of a Pod. */
  remove(uid: string): Promise<void>
}

/** Kubelet's numbers: MaxContainerTerminationMessageLength, and those of its fallback to the log. */
const LONGEST = 4096
const LOG_LONGEST = 2048
const LOG_LINES = 80

/** In memory, not on the disk: a message matters no longer than its container, and no container outlives a boot. */
export function messageFiles(node: string, folder = '/run/podo/messages'): MessageFiles {
  return {
    async make(uid, container, attempt) {
      const path = join(folder, node, uid, `${container}-${attempt}`)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, '')
      // Whatever user the container runs as writes here.
      await chmod(path, 0o666)
      return path
    },
    read: beginningOf,
    remove: (uid) => rm(join(folder, node, uid), { recursive: true, force: true }),
  }
}

async function beginningOf(path: string): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST), 0, LONGEST, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return ''
  }
}

/** What a dead container left as its last words. Model: kubelet's getTerminationMessage. */
export async function terminationMessage(
  runtime: Runtime,
  files: MessageFiles,
  detail: ContainerDetail,
): Promise<string> {
  const path = detail.labels[LABEL.message]
  const written = path === undefined ? '' : await files.read(path)
  if (written !== '' || detail.exitCode === 0 || detail.labels[LABEL.fallback] === undefined) return written
  return endOfLog(runtime, detail.id)
}

async function endOfLog(runtime: Runtime, id: string): Promise<string> {
  try {
    const chunks: Buffer[] = []
    for await (const chunk of await runtime.logs(id, { follow: false, timestamps: false, tail: LOG_LINES }))
      chunks.push(Buffer.from(chunk))
    return Buffer.concat(chunks).subarray(-LOG_LONGEST).toString('utf8')
  } catch {
    return ''
  }
}
