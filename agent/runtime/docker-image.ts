import type { IncomingMessage } from 'node:http'
import type { DockerHttp } from './docker-http.ts'
import { jsonLines } from './docker-stream.ts'
import type { DockerImage, DockerProgress } from './docker-types.ts'
import { parseImageName } from './image-name.ts'
import { RuntimeError, type ImageInfo, type RegistryCredentials } from './runtime.ts'

/** Milliseconds without a line of progress before a pull counts as stuck: unpacking a large layer is silent. */
const STUCK = 600_000

export async function inspectImage(docker: DockerHttp, ref: string): Promise<ImageInfo | undefined> {
  try {
    // The answer of Docker's API, of which only these fields are read.
    const image = (await docker.call('GET', `/images/${encodeURIComponent(ref)}/json`)) as DockerImage
    return infoOf(image, ref)
  } catch (error) {
    if (error instanceof RuntimeError && error.kind === 'not-found') return undefined
    throw error
  }
}

function infoOf(image: DockerImage, ref: string): ImageInfo {
  const name = parseImageName(ref)
  const repository = 'error' in name ? '' : name.repository
  const digests = image.RepoDigests ?? []
  return {
    id: image.Id,
    digest: digests.find((digest) => digest.startsWith(`${repository}@`)) ?? digests[0] ?? image.Id,
    size: image.Size,
    user: image.Config?.User ?? '',
    stopSignal: image.Config?.StopSignal ?? '',
    entrypoint: image.Config?.Entrypoint ?? [],
    command: image.Config?.Cmd ?? [],
  }
}

/** Pulls one image. Docker answers 200 before it knows; failures come as lines of the stream. */
export async function pullImage(
  docker: DockerHttp,
  ref: string,
  credentials: RegistryCredentials | undefined,
  signal: AbortSignal | undefined,
): Promise<ImageInfo> {
  const name = parseImageName(ref)
  if ('error' in name) throw new RuntimeError('refused', name.error, 400)
  const response = await docker.stream('POST', '/images/create', {
    // Without a tag Docker would pull all tags of the repository.
    query: { fromImage: name.repository, tag: name.digest ?? name.tag },
    headers: credentials === undefined ? {} : { 'x-registry-auth': authHeader(credentials) },
    timeout: STUCK,
    ...(signal === undefined ? {} : { signal }),
  })
  await readProgress(response)
  const image = await inspectImage(docker, ref)
  if (image === undefined) throw new RuntimeError('other', `image ${ref} is not there although its pull succeeded`)
  return image
}

/** Loads a docker-archive: same bytes, same image id on every machine. */
export async function loadImage(docker: DockerHttp, archive: Buffer): Promise<void> {
  await readProgress(await docker.stream('POST', '/images/load', { query: { quiet: 1 }, body: archive }))
}

async function readProgress(response: IncomingMessage): Promise<void> {
  try {
    for await (const line of jsonLines(response)) {
      // A line of Docker's progress stream.
      const { error, errorDetail } = line as DockerProgress
      const message = errorDetail?.message ?? error
      if (message !== undefined) throw new RuntimeError('other', message)
    }
  } catch (error) {
    if (error instanceof RuntimeError) throw error
    if (error instanceof Error && error.name === 'AbortError') throw new RuntimeError('other', 'context canceled')
    throw new RuntimeError('down', `the connection to Docker broke: ${error instanceof Error ? error.message : ''}`)
  } finally {
    response.destroy()
  }
}

/** Docker wants URL-safe base64 **with** padding; it takes an unpadded header for none and goes on without saying so. */
export function authHeader({ username, password, server }: RegistryCredentials): string {
  const text = JSON.stringify({ username, password, serveraddress: server })
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
