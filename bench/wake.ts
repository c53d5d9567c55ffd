import { serverOf } from './bed.ts'
import { each, makeClient, timed } from './client.ts'
import { summary } from './pairs.ts'
import type { Part } from './part.ts'
import { counted } from './table.ts'

const OBJECTS = 10_000
const WAKES = 10
const PATH = '/api/v1/namespaces/default/configmaps'

/**
 * The first answer of an object that has nothing in memory. A killed workerd is the hardest eviction; what starting the
 * process costs is taken out by asking the edge first, which needs no object.
 */
export const wake: Part = {
  name: 'wake',
  about: 'first answer after an eviction, with 10,000 objects stored',
  async run(bed) {
    const cluster = await bed.cluster()
    const fill = makeClient(serverOf(cluster), 16)
    await each(OBJECTS, 16, (i) =>
      fill.send('POST', PATH, JSON.stringify({ metadata: { name: `c${i}` }, data: { text: 'x'.repeat(500) } })),
    )
    fill.close()
    const times: number[] = []
    for (let i = 0; i < WAKES; i++) {
      await cluster.crash()
      await cluster.restart()
      const client = makeClient(serverOf(cluster), 1)
      await client.send('GET', '/livez')
      times.push(await timed(() => client.send('GET', `${PATH}/c${i}`)))
      client.close()
    }
    const { median, high } = summary(times)
    return [
      counted('first answer of the object after an eviction, 10,000 objects', median, 'ms', { atMost: 100 }),
      counted('the slowest but one of ten', high, 'ms'),
    ]
  },
}
