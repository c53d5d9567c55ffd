import type { TestCluster } from '../test/support/cluster.ts'
import { until } from '../test/support/docker.ts'
import { watch, type Seen } from '../test/support/watch.ts'

/** What a watch showed, in the order in which a client of the API sees it. */
export interface Shown {
  /**
   * When the last of these names, or of so many objects, was first shown as wanted: milliseconds since the epoch. Throws
   * where that does not happen within so many milliseconds.
   */
  last(which: readonly string[] | number, within: number): Promise<number>
  close(): void
}

/** Watches a path for objects that are `wanted`. */
export function shown(cluster: TestCluster, path: string, wanted: (object: Seen) => boolean): Shown {
  const { events, close } = watch(cluster, path)
  const first = (): Map<string, number> => {
    const times = new Map<string, number>()
    for (const { type, object, at } of events) {
      const { name } = object.metadata
      if (type !== 'DELETED' && !times.has(name) && wanted(object)) times.set(name, at)
    }
    return times
  }
  return {
    async last(which, within) {
      const all = (): boolean => {
        const times = first()
        return typeof which === 'number' ? times.size >= which : which.every((name) => times.has(name))
      }
      await until(all, within, `the API shows ${String(which)} as wanted`)
      return Math.max(...first().values())
    },
    close,
  }
}
