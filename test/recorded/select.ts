/**
 * Chooses from the recorded conversations those that podo can be held to, and says why the others are left out.
 *
 *     node --experimental-transform-types test/recorded/select.ts --from DIR
 *
 * DIR holds AREA.jsonl files. Run by hand when more is served; the chosen cases (cases/AREA.jsonl) and the reasons
 * (left-out.md) are committed.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { kinds } from '../../api/kinds/index.ts'
import { FACTS } from '../../api/kinds/declare.ts'
import { groupResource } from '../../api/meta/status-error.ts'
import { readCases, type Case, type Step } from './case.ts'

/** Discovery and OpenAPI: they name what podo does not serve, and quote Kubernetes' descriptions. */
const DESCRIBES_ALL = 'the answer describes every resource of Kubernetes'
/** Paths that are no resources and that podo serves as Kubernetes does. */
const HEALTH = ['/version', '/healthz', '/livez', '/readyz', '/api']
const NO_TOKENS = 'tokens of service accounts do not exist yet'
/** What a whole conversation must not need: a text in it, and why. */
const UNSERVED: [text: string, reason: string][] = [
  ['application/apply-patch', 'server-side apply is not served yet'],
  ['pod-security.kubernetes.io/', 'Pod Security admission does not exist yet'],
  ['"path":"data.token"', NO_TOKENS],
  ['automountServiceAccountToken', NO_TOKENS],
  ['managedFields', 'it is about managed fields, which are not kept yet'],
  ['apidiscovery.k8s.io', DESCRIBES_ALL],
]

const plural = new Map(kinds.map((kind) => [kind.resource, kind]))

/** Why a path cannot be asked yet; undefined where it can. */
function unservedPath(path: string, expected: number): string | undefined {
  const [root, ...rest] = path.replace(/\?.*/, '').split('/').slice(1)
  if (root === 'api') return unservedResource('', rest.slice(1), path, expected)
  if (root === 'apis') return unservedResource(rest[0] ?? '', rest.slice(2), path, expected)
  const isHealth = HEALTH.some((it) => path === it || path.startsWith(`${it}/`))
  return isHealth || expected >= 400 ? undefined : DESCRIBES_ALL
}

function unservedResource(group: string, segments: string[], path: string, expected: number): string | undefined {
  const parts = segments[0] === 'watch' ? segments.slice(1) : segments
  if (parts.length === 0) {
    return expected >= 400 || HEALTH.includes(path) ? undefined : DESCRIBES_ALL
  }
  const isInside = parts[0] === 'namespaces' && parts.length > 2 && !['status', 'finalize'].includes(parts[2] ?? '')
  const [resource, , subresource] = isInside ? parts.slice(2) : parts
  const name = group === '' ? (resource ?? '') : `${resource}.${group}`
  const kind = plural.get(name)
  // What exists nowhere, or is forbidden to everyone, is answered the same by every server.
  const isUnknown = !FACTS.some((fact) => groupResource(fact.group, fact.plural) === name)
  if (kind === undefined)
    return expected === 403 || (expected === 404 && isUnknown) ? undefined : `${name} are not served yet`
  if (subresource === undefined || kind.rules.subresources?.includes(subresource) === true) return undefined
  const exists = kind.subresources?.some((it) => it.name === subresource) === true
  return expected === 403 || (expected === 404 && !exists) ? undefined : `${name}/${subresource} is not served yet`
}

/** Why a case is left out; undefined where podo is held to it. */
export function reasonToLeaveOut(recorded: Case): string | undefined {
  if (recorded.area === 'crd') return 'there are no custom resources yet'
  const { expect, ignore: _ignore, ...conversation } = recorded
  const before: Step[] = [...(recorded.setup ?? []), ...(recorded.during ?? []), ...(recorded.cleanup ?? [])]
  const paths = before.flatMap((step) => (step.path === undefined ? [] : [unservedPath(step.path, 200)]))
  const path = [unservedPath(recorded.path, expect.status), ...paths].find((reason) => reason !== undefined)
  if (path !== undefined) return path
  const text = JSON.stringify(conversation)
  return UNSERVED.find(([needle]) => text.includes(needle))?.[1]
}

function main(from: string): void {
  const cases = readCases(from)
  const folder = join(import.meta.dirname, 'cases')
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) rmSync(join(folder, file))
  const judged = cases.map((recorded) => ({ recorded, reason: reasonToLeaveOut(recorded) }))
  const chosen = judged.filter(({ reason }) => reason === undefined).map(({ recorded }) => recorded)
  for (const [area, list] of Map.groupBy(chosen, (recorded) => recorded.area)) {
    writeFileSync(join(folder, `${area}.jsonl`), `${list.map((it) => JSON.stringify(it)).join('\n')}\n`)
  }
  const reasons = Map.groupBy(
    judged.filter(({ reason }) => reason !== undefined),
    ({ reason }) => reason!,
  )
  const sections = [...reasons]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, list]) => `- ${reason}: ${list.map(({ recorded }) => recorded.id).join(', ')}`)
  const head = `# Recorded cases that are left out\n\nMade by select.ts: ${chosen.length} of ${cases.length} cases are chosen.\n\n`
  writeFileSync(join(import.meta.dirname, 'left-out.md'), `${head}${sections.join('\n')}\n`)
  process.stdout.write(`${chosen.length} chosen, ${cases.length - chosen.length} left out\n`)
}

const { values } = parseArgs({ options: { from: { type: 'string' } } })
if (values.from === undefined)
  throw new Error('usage: node --experimental-transform-types test/recorded/select.ts --from DIR')
main(values.from)
