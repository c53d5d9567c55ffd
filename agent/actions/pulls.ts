import type { ImageInfo, RegistryCredentials, Runtime } from '../runtime/runtime.ts'

/** Pulls of images: those of the same image at the same time are one. */
export interface Pulls {
  pull(ref: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<ImageInfo>
}

export function makePulls(runtime: Runtime): Pulls {
  const running = new Map<string, { work: Promise<ImageInfo>; waiting: number; cancel: AbortController }>()
  return {
    async pull(ref, credentials, signal) {
      const key = `${ref} ${credentials?.username ?? ''} ${credentials?.password ?? ''}`
      const found = running.get(key) ?? begin(key, ref, credentials)
      found.waiting += 1
      const leave = (): void => {
        found.waiting -= 1
        // Nobody wants it any more: the registry may rest.
        if (found.waiting === 0) found.cancel.abort()
      }
      signal.addEventListener('abort', leave, { once: true })
      try {
        return await found.work
      } finally {
        signal.removeEventListener('abort', leave)
      }
    },
  }

  function begin(key: string, ref: string, credentials: RegistryCredentials | undefined) {
    const cancel = new AbortController()
    const work = runtime.pull(ref, credentials, cancel.signal).finally(() => running.delete(key))
    const entry = { work, waiting: 0, cancel }
    running.set(key, entry)
    return entry
  }
}
