import { setTimeout as wait } from 'node:timers/promises'
import { parse as parseYaml } from 'yaml'
import type { Json } from '../../api/meta/object.ts'
import type { Case, Shape, Step } from './case.ts'
import { differences, drop, valueAt } from './compare.ts'
import { openExchange, type Answer, type Endpoint, type Exchange } from './exchange.ts'
import { shapeOf, type Run } from './normal.ts'
import { dropUnkept } from './unkept.ts'

export interface ReplayOptions extends Endpoint {
  readonly cases: readonly Case[]
  /** How many cases run at the same time. */
  readonly jobs?: number
}
export interface Result {
  readonly id: string
  readonly same: boolean
  /** One line each; a case that could not run says why. */
  readonly differences: readonly string[]
}
type Variables = Record<string, string>

/** Ages of what was made in 2020 went on since the recording. */
const YEARS = /"\d+y\d+d"/g
const PERSON = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }

/** Sends the recorded requests to a server and says, case by case, how its answers differ from Kubernetes'. */
export async function replay(options: ReplayOptions): Promise<Result[]> {
  const exchange = openExchange(options)
  try {
    const users = { admin: await nameOf(exchange, 'admin'), user: await nameOf(exchange, 'user') }
    const results: Result[] = []
    const queue = [...options.cases]
    const work = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        results.push(await judged(exchange, next, users))
      }
    }
    await Promise.all(Array.from({ length: options.jobs ?? 6 }, work))
    return results
  } finally {
    exchange.close()
  }
}

async function nameOf(exchange: Exchange, as: 'admin' | 'user'): Promise<string> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const answer = await exchange.send({ method: 'POST', path, as, body: PERSON })
  const name = valueAt(jsonOf(answer), 'status.userInfo.username')
  if (typeof name !== 'string') throw new Error(`the server does not say who ${as} is: ${answer.body.toString()}`)
  return name
}

async function judged(exchange: Exchange, recorded: Case, users: Run['users']): Promise<Result> {
  try {
    const want = comparable(recorded.expect, recorded)
    const got = comparable(await conversation(exchange, recorded, users), recorded)
    const found = differences(want, got)
    return { id: recorded.id, same: found.length === 0, differences: found }
  } catch (error) {
    return {
      id: recorded.id,
      same: false,
      differences: [`! ${error instanceof Error ? error.message : String(error)}`],
    }
  }
}

/** A copy of an answer without what is not compared. */
function comparable(shape: Shape, recorded: Case): Json {
  const hasYaml = typeof recorded.expect.body === 'string' && recorded.expect.body.includes('managedFields:')
  // The managed fields of a YAML answer can be left out of its value only, not out of its text.
  const body: Json = hasYaml
    ? parseYaml(String(shape.body))
    : JSON.parse(JSON.stringify(shape.body).replace(YEARS, '"$$AGE"'))
  const copy: Json = { ...shape, body }
  dropUnkept(body)
  for (const path of recorded.ignore ?? []) {
    drop(body, path)
    drop(copy, path)
  }
  return copy
}

async function conversation(exchange: Exchange, recorded: Case, users: Run['users']): Promise<Shape> {
  const variables: Variables = { NS: `r-${word()}`, U: `u${word()}` }
  if (recorded.pad !== undefined) variables['PAD'] = 'x'.repeat(recorded.pad)
  const spoken = JSON.stringify([recorded.path, recorded.body, recorded.setup, recorded.during])
  const hasNamespace = /\$NS(?![A-Za-z])/.test(spoken) && recorded.noNamespace !== true
  try {
    if (hasNamespace) await makeNamespace(exchange, recorded, variables)
    for (const step of recorded.setup ?? []) await take(exchange, step, variables)
    const { setup: _setup, cleanup: _cleanup, expect: _expect, during, ...request } = recorded
    const answer = await exchange.send({
      ...filled(request, variables),
      ...(during === undefined ? {} : { during: () => meanwhile(exchange, during, variables) }),
    })
    const sent = JSON.stringify(filled([recorded.path, recorded.body, recorded.setup], pickNames(variables)))
    const { PAD: _pad, ...known } = variables
    return shapeOf(recorded, answer, { variables: known, sent, now: Date.now(), users })
  } finally {
    for (const step of recorded.cleanup ?? []) await swept(exchange, step, variables)
    if (hasNamespace) await swept(exchange, { method: 'DELETE', path: '/api/v1/namespaces/$NS' }, variables)
  }
}

const pickNames = ({ NS, U }: Variables): Variables => ({ NS: NS ?? '', U: U ?? '' })

async function makeNamespace(exchange: Exchange, recorded: Case, variables: Variables): Promise<void> {
  const metadata = { name: '$NS', ...recorded.namespace }
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata }
  await take(exchange, { method: 'POST', path: '/api/v1/namespaces', body }, variables)
  const account = '/api/v1/namespaces/$NS/serviceaccounts/default'
  await take(exchange, { method: 'GET', path: account, until: { status: 200 }, timeoutMs: 8000 }, variables)
}

/** The requests during a watch begin once it has had time to start, as when they were recorded. */
async function meanwhile(exchange: Exchange, steps: readonly Step[], variables: Variables): Promise<void> {
  await wait(150)
  for (const step of steps) await take(exchange, step, variables)
}

/** Cleaning up is best effort: what a failed case has left is removed with its namespace. */
async function swept(exchange: Exchange, step: Step, variables: Variables): Promise<void> {
  await take(exchange, { ...step, allowFail: true }, variables).catch(() => undefined)
}

/** One request of the setup; asks until the answer is what the step waits for. */
async function take(exchange: Exchange, recorded: Step, variables: Variables): Promise<void> {
  const step = filled(recorded, variables)
  const { method, path, until } = step
  if (step.sleepMs !== undefined) await wait(step.sleepMs)
  if (method === undefined || path === undefined) return
  const deadline = Date.now() + (step.timeoutMs ?? 10_000)
  for (;;) {
    const answer = await exchange.send({ ...step, method, path })
    const isReady = until === undefined || reached(answer, until)
    if (!isReady && Date.now() < deadline) {
      await wait(100)
      continue
    }
    if (!isReady && step.allowFail !== true) throw new Error(`waited in vain for ${JSON.stringify(until)} of ${path}`)
    if (until === undefined && answer.status >= 400 && step.allowFail !== true) {
      throw new Error(`setup ${method} ${path}: ${answer.status} ${answer.body.toString().slice(0, 300)}`)
    }
    for (const [name, at] of Object.entries(step.capture ?? {})) {
      variables[name] = String(valueAt(jsonOf(answer), at) ?? '')
    }
    return
  }
}

function reached(answer: Answer, until: NonNullable<Step['until']>): boolean {
  if (until.status !== undefined) return answer.status === until.status
  const value = valueAt(jsonOf(answer), until.path ?? '')
  return until.exists === true ? value !== undefined : String(value) === String(until.equals)
}

function jsonOf(answer: Answer): Json | undefined {
  try {
    return JSON.parse(answer.body.toString())
  } catch {
    return undefined
  }
}

/** Replaces `$NS`, `$U` and `${NAME}` in every text of a value, keys included. */
function filled<T>(value: T, variables: Variables): T {
  const text = (from: string): string =>
    from.replace(
      /\$\{(\w+)\}|\$(NS|U)(?![A-Za-z])/g,
      (whole, long?: string, short?: string) => variables[long ?? short ?? ''] ?? whole,
    )
  const fill = (from: unknown): unknown => {
    if (typeof from === 'string') return text(from)
    if (Array.isArray(from)) return from.map(fill)
    if (typeof from !== 'object' || from === null) return from
    return Object.fromEntries(Object.entries(from).map(([key, member]) => [text(key), fill(member)]))
  }
  // Only texts change, and none of them is typed more narrowly than string but for words without a variable.
  return fill(value) as T
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
const word = (): string => Array.from({ length: 7 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('')
