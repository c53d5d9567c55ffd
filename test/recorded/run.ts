/**
 * Replays recorded conversations against a cluster of its own and prints each difference. For work on one area:
 *
 *     node --experimental-transform-types test/recorded/run.ts [--area AREA,…] [--id TEXT] [--quiet]
 *
 * `dist/` must be built. Exits with 1 where a case differs that is not among the known ones.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startCluster } from '../support/cluster.ts'
import { readCases } from './case.ts'
import { needsLater } from './later.ts'
import { KNOWN } from './known.ts'
import { replay } from './replay.ts'

const { values } = parseArgs({ options: { area: { type: 'string' }, id: { type: 'string' }, quiet: { type: 'boolean' } } })
const areas = values.area?.split(',')
const cases = readCases(join(import.meta.dirname, 'cases')).filter(
  (recorded) => needsLater(recorded) === undefined).filter(
  ({ area, id }) => (areas?.includes(area) ?? true) && id.includes(values.id ?? ''),
)
const cluster = await startCluster()
try {
  const user = { user: 'plain', groups: ['devs'] }
  const { token: userToken } = await cluster.api.expect<{ token: string }>('POST', '/podo/tokens', user)
  const { authority: ca, adminToken: token } = cluster.state
  const results = await replay({ server: cluster.server, ca, token, userToken, cases })
  const wrong = results.filter((result) => !result.same && !(result.id in KNOWN))
  for (const { id, differences } of wrong) {
    console.log(id)
    if (values.quiet !== true) for (const line of differences.slice(0, 30)) console.log(`  ${line}`)
  }
  console.log(`${results.length - wrong.length} same or known, ${wrong.length} differ`)
  process.exitCode = wrong.length === 0 ? 0 : 1
} finally {
  await cluster.stop()
}
