import type { Json } from '../../api/meta/object.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import type { Case, Shape } from './case.ts'
import { valueAt } from './compare.ts'
import type { Answer } from './exchange.ts'
import { protobufTree } from './protobuf-tree.ts'

/** What a run knows of itself when it brings an answer into the form of the recordings. */
export interface Run {
  /** Values of `$NS`, `$U` and what was captured. */
  readonly variables: Readonly<Record<string, string>>
  /** JSON of all that was sent: what stands there is no chance and stays as it is. */
  readonly sent: string
  /** Milliseconds since the epoch; times near to it are those of the run. */
  readonly now: number
  /** Names of the users behind the two tokens. */
  readonly users: { readonly admin: string; readonly user: string }
}

const DAY = 86_400_000
const KEPT = ['content-type', 'warning', 'retry-after']

/** The answer as the recordings have it: what differs from run to run is replaced by `$UID`, `$TIME`, `$RV` and so on. */
export function shapeOf(recorded: Case, answer: Answer, run: Run): Shape {
  const headers: Record<string, Json> = {}
  const kept = [...KEPT, ...(recorded.keepHeaders ?? [])]
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    const name = answer.rawHeaders[i]!.toLowerCase()
    if (!kept.includes(name)) continue
    const value = normalText(answer.rawHeaders[i + 1]!, run)
    const known = headers[name]
    headers[name] = name === 'warning' ? [...(Array.isArray(known) ? known : []), value] : value
  }
  const body = bodyOf(recorded, answer.body, String(headers['content-type'] ?? ''), run)
  const picked = recorded.pick?.map((path) => [path, valueAt(body, path) ?? null])
  return { status: answer.status, headers, body: picked === undefined ? body : Object.fromEntries(picked) }
}

function bodyOf(recorded: Case, bytes: Buffer, type: string, run: Run): Json {
  const text = bytes.toString()
  if (type.includes('protobuf') && text.startsWith('k8s\0')) {
    return normal({ magic: 'k8s\\0', unknown: protobufTree(bytes.subarray(4), run.now) }, run)
  }
  if (recorded.watch === true) {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => parsed(line, run))
  }
  return parsed(text, run)
}

function parsed(text: string, run: Run): Json {
  let value: Json
  try {
    value = JSON.parse(text)
  } catch {
    return normalText(text, run)
  }
  return normal(value, run)
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const BASIC: [pattern: RegExp, replacement: string][] = [
  [/eyJ[\w-]{10,}\.[\w-]+\.[\w-]+/g, '$$JWT'],
  [/kube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-$$RAND'],
  [/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n?/g, '$$PEM'],
  [/(too old resource version: )\d+ \(\d+\)/g, '$1$$RV ($$RV)'],
  [/(Too large resource version: \d+, current: )\d+/g, '$1$$RV'],
  [/(ResourceVersion in record \()\d+/g, '$1$$RV'],
  [/(Invalid value: )"\{\\"apiVersion.*\}": /, '$1"$$OBJECT": '],
  [/(resourceVersion: )"\d+"/g, '$1"$$RV"'],
  [/(\?hash=)[0-9A-F]+/g, '$1$$HASH'],
]
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC(?: m=[+.\d]+)?)/g

export function normalText(text: string, run: Run): string {
  let result = text
    .replace(UID, (uid) => (run.sent.includes(uid) ? uid : '$UID'))
    .replace(TIME, (time, fraction?: string) => {
      const at = Date.parse(time.replace(' ', 'T').replace(/ .*/, 'Z'))
      if (run.sent.includes(time) || Math.abs(at - run.now) >= 2 * DAY) return time
      return fraction === undefined ? '$TIME' : '$MICROTIME'
    })
  for (const [pattern, replacement] of BASIC) result = result.replace(pattern, replacement)
  for (const name of ['NS', 'U']) {
    const value = run.variables[name]
    if (value !== undefined) result = result.replaceAll(value, () => `$${name}`)
  }
  for (const prefix of generateNames(run.sent)) {
    result = result.replace(new RegExp(`${literal(prefix.slice(0, 248))}[a-z0-9]{5}\\b`, 'g'), () => `${prefix}$RAND`)
  }
  for (const [who, name] of Object.entries(run.users)) {
    result = result.replace(
      new RegExp(`([Uu]ser )"${literal(name)}"`, 'g'),
      (_, word: string) => `${word}"$${who.toUpperCase()}"`,
    )
  }
  return result
}

const generateNames = (sent: string): string[] =>
  [...sent.matchAll(/"generateName":"([^"]+)"/g)].map((match) => match[1]!)

function normal(value: Json, run: Run, key = '', parent: Record<string, Json> = {}): Json {
  if (Array.isArray(value)) return value.map((item) => normal(item, run, key, parent))
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [normalText(key, run), normal(member, run, key, value)]),
    )
  }
  if (typeof value === 'number') return key === 'nodePort' && !run.sent.includes(String(value)) ? '$PORT' : value
  return typeof value === 'string' ? normalMember(value, run, key, parent) : value
}

const IP = /^\d+\.\d+\.\d+\.\d+$/

/** Texts of which the field says that they are chance. */
function normalMember(value: string, run: Run, key: string, parent: Record<string, Json>): string {
  const isOurs = !run.sent.includes(value)
  if (key === 'resourceVersion' && /^\d+$/.test(value) && value !== '0') return '$RV'
  if (key === 'continue' && value !== '') return '$CONTINUE'
  if (/^clusterIPs?$/.test(key) && IP.test(value) && isOurs) return '$IP'
  if (key === 'cells' && /^(\d+[smhdy]){1,2}$/.test(value)) return '$AGE'
  if (key === 'cells' && IP.test(value) && isOurs) return '$IP'
  if (key === 'cells' && /^\d+:3\d{4}\/[A-Z]+/.test(value) && !run.sent.includes('nodePort')) {
    return value.replace(/:3\d{4}\//g, ':$PORT/')
  }
  if (key === 'token' && value.length > 40) return '$JWT'
  if (key === 'username' && value === run.users.admin) return '$ADMIN'
  if (key === 'username' && value === run.users.user) return '$USER'
  const prefix = parent['generateName']
  if (key === 'name' && typeof prefix === 'string' && prefix !== '' && value.startsWith(prefix)) {
    return `${normalText(prefix, run)}$RAND`
  }
  return normalText(value, run)
}
