/** An image's name taken apart: `registry/repository:tag@digest` (distribution/reference). */
export interface ImageName {
  /** With the registry, as it was written. */
  repository: string
  /** Host of the registry; `docker.io` where none is written. */
  registry: string
  /** `latest` where neither tag nor digest is written. */
  tag: string
  /** `sha256:…` */
  digest?: string
}

const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/
const HOST =
  /^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/

/** The name, or why it is none, in the words of distribution/reference. */
export function parseImageName(text: string): ImageName | { error: string } {
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  const named = at < 0 ? text : text.slice(0, at)
  const colon = named.lastIndexOf(':')
  const tagged = colon > named.lastIndexOf('/')
  const repository = tagged ? named.slice(0, colon) : named
  const tag = tagged ? named.slice(colon + 1) : 'latest'
  const parts = repository.split('/')
  const first = parts[0] ?? ''
  const hasHost = parts.length > 1 && (/[.:A-Z]/.test(first) || first === 'localhost')
  const path = hasHost ? parts.slice(1) : parts
  if (path.some((part) => !PATH.test(part)) || (hasHost && !HOST.test(first))) {
    const lower = path.every((part) => PATH.test(part.toLowerCase())) && repository !== ''
    return { error: `invalid reference format${lower ? ': repository name must be lowercase' : ''}` }
  }
  if (!TAG.test(tag) || (digest !== undefined && !DIGEST.test(digest))) return { error: 'invalid reference format' }
  const registry = hasHost ? first : 'docker.io'
  return digest === undefined ? { repository, registry, tag } : { repository, registry, tag, digest }
}
