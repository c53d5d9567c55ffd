import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { Bed } from '../contracts/store-bed.ts'
import { storeContract } from '../contracts/store.ts'

let beds = 0

/** A store in a Durable Object of its own. After a crash nothing of the instance is left, and its stubs are of no use. */
async function makeBed(): Promise<Bed> {
  const name = `store-${beds++}`
  const stub = () => env.CLUSTER.getByName(name)
  return {
    use: (work, options = {}) => runInDurableObject(stub(), (cluster) => work(cluster.open(options), cluster.sql)),
    async restart(how) {
      if (how === 'crash') return abortAllDurableObjects()
      // Only what runs can be evicted, and an object that was restarted a moment ago does not run before it is asked.
      await runInDurableObject(stub(), () => {})
      await evictDurableObject(stub())
    },
    async close() {},
  }
}

storeContract('a Durable Object', makeBed)
