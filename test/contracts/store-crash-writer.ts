import { openNodeStore } from '../../worker/store/node.ts'
import { config } from './store-bed.ts'

/** Writes until it is killed; prints the number of each write that was acknowledged. */
const store = openNodeStore(process.argv[2] ?? '')
for (let round = store.version / 2; ; round++) {
  store.transaction((tx) => {
    tx.insert('configmaps', config(`c${round}`))
    tx.insert('configmaps', config(`d${round}`, 'x'.repeat(20_000)))
  })
  process.stdout.write(`${round}\n`)
}
