import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { Bed } from '../contracts/store-bed.ts'
import { storeContract } from '../contracts/store.ts'

let beds = 0

/** A store in a Durable Object of its own. A crash is `ctx.abort()`, after which nothing of the instance is left. */
async function makeBed(): Promise<Bed> {
  const stub = env.CLUSTER.getByName(`store-${beds++}`)
  return {
    exact: true,
    use: (work, options = {}) => runInDurableObject(stub, (cluster) => work(cluster.open(options), cluster.sql)),
    async restart(how) {
      if (how === 'evict') await evictDurableObject(stub)
      else
        await runInDurableObject(stub, (_, state) => state.abort('crash')).catch((error: unknown) => {
          if (!String(error).includes('crash')) throw error
        })
    },
    async close() {},
  }
}

storeContract('a Durable Object', makeBed)
