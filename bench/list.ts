import { serverOf } from './bed.ts'
import { each, makeClient, timed } from './client.ts'
import { interleaved } from './pairs.ts'
import type { Part } from './part.ts'
import { compared, type Line } from './table.ts'
import { podOf } from './writes.ts'

const PODS = 1000
const PAIRS = 20
const PATH = '/api/v1/namespaces/default/pods'

/** What clients ask for: controllers, kubectl, and controllers that speak protobuf. */
const FORMS = [
  { what: 'JSON', accept: 'application/json', atMost: 2 },
  { what: 'a Table', accept: 'application/json;as=Table;v=v1;g=meta.k8s.io', atMost: 4 },
  { what: 'protobuf', accept: 'application/vnd.kubernetes.protobuf', atMost: 4 },
] as const

/** Both sides read the same 1,000 texts and join them. */
export const list: Part = {
  name: 'list',
  about: 'list of 1,000 Pods as JSON, Table and protobuf, beside reading and joining the same rows',
  async run(bed) {
    const ours = makeClient(serverOf(await bed.cluster()), 8)
    const beside = makeClient(await bed.baseline(), 8)
    await each(PODS, 8, (i) => ours.send('POST', PATH, podOf(`pod-${String(i).padStart(4, '0')}`)))
    const { items } = JSON.parse(await ours.send('GET', PATH)) as { items: { metadata: { name: string } }[] } // a PodList
    if (items.length !== PODS) throw new Error(`the list shows ${items.length} Pods, not ${PODS}`)
    await each(PODS, 8, (i) => beside.send('POST', `/rows/${items[i]?.metadata.name}`, JSON.stringify(items[i])))
    const right = (): Promise<number> => timed(() => beside.send('GET', '/rows/'))
    const lines: Line[] = []
    for (const { what, accept, atMost } of FORMS) {
      const left = (): Promise<number> => timed(() => ours.send('GET', PATH, undefined, undefined, accept))
      for (let warm = 0; warm < 3; warm++) {
        await left()
        await right()
      }
      lines.push(compared(`list 1,000 Pods as ${what}`, await interleaved(PAIRS, left, right), 'ms', { atMost }))
    }
    ours.close()
    beside.close()
    return lines
  },
}
