import { randomUUID } from 'node:crypto'
import { kindOfResource } from '../../api/kinds/index.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import { VOUCHER, vouch } from '../../worker/guard/admit.ts'
import { reconcileRoles, watchRoles } from '../../worker/guard/reconcile-roles.ts'
import type { Api } from '../../worker/http/api.ts'
import { makeApp } from '../../worker/http/app.ts'
import { observed } from '../../worker/http/measure.ts'
import { Hub, type Socket, type Sockets } from '../../worker/http/hub.ts'
import { type Frame, LIVE_SINCE, MORE_LEFT } from '../../worker/http/watch-state.ts'
import { createSystemNamespaces } from '../../worker/http/system-namespaces.ts'
import { makeAdmission } from '../../worker/admission/index.ts'
import { Governor } from '../../worker/governor/governor.ts'
import { storedNotes } from '../../worker/governor/notes.ts'
import { limitsOf } from '../../worker/governor/quota.ts'
import { makeRegistry, type Registry } from '../../worker/registry/index.ts'
import { openNodeStore } from '../../worker/store/node.ts'
import { readFrames } from './frames.ts'
import { sealer } from '../../worker/store/seal.ts'
import type { Store } from '../../worker/store/store.ts'

export const ADMIN_TOKEN = 'the-admin-token-of-the-tests'
export const KEY = 'a key of the tests, long enough to sign and seal'

/** A socket that remembers what was sent; its attachment goes through JSON, as hibernation would take it. */
export class FakeSocket implements Socket {
  sent: Frame[] = []
  closed: string | undefined
  readonly tags: readonly string[]
  private attachment: string

  constructor(tags: readonly string[], attachment: unknown) {
    this.tags = tags
    this.attachment = JSON.stringify(attachment)
  }
  send(data: Frame): void {
    this.sent.push(data)
  }
  close(_code?: number, reason = ''): void {
    this.closed = reason
  }
  serializeAttachment(value: unknown): void {
    this.attachment = JSON.stringify(value)
  }
  deserializeAttachment(): unknown {
    return JSON.parse(this.attachment)
  }
  /** Whether the last message said that there is more to tell. */
  get moreLeft(): boolean {
    return this.sent.at(-1) === MORE_LEFT
  }
  /** Protobuf frames sent since the last call, taken apart; `object` is decoded as the model. */
  frames(model: string): { type: string; apiVersion: string; kind: string; object: JsonObject }[] {
    const binary = this.sent.filter((data) => typeof data !== 'string')
    this.sent = []
    return readFrames(Buffer.concat(binary), model)
  }
  /** The events sent since the last call. */
  events(): { type: string; object: Record<string, unknown> }[] {
    const lines = this.sent
      .filter((text) => text !== MORE_LEFT && !text.toString().startsWith(LIVE_SINCE))
      .join('')
      .split('\n')
      .filter(Boolean)
    this.sent = []
    return lines.map((line) => JSON.parse(line))
  }
}

export interface TestApi {
  readonly api: Api
  readonly sockets: FakeSocket[]
  /** A hub that has forgotten everything, as after hibernation. */
  hibernate(): void
  /** What the Worker says to a watch. */
  say(socket: FakeSocket, text: string): void
  flush(): void
  /** Lines of the audit so far. */
  readonly audit: readonly string[]
  /** Makes the roles and bindings that every cluster has, and the namespaces that they are in. */
  defaultRoles(): void
  /** Milliseconds since the epoch; tests move it. */
  clock: { now: number }
  /** One request as the admin, unless `token` says otherwise (null: nobody). */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>
  close(): void
}
export interface CallOptions {
  token?: string | null
  headers?: Record<string, string>
}
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly bytes: Uint8Array
  /** The body as JSON. */
  // Tests look into answers of every kind; a precise type would be written anew for each.
  readonly body: Record<string, never>
}

const fail = (error: unknown): never => {
  throw error
}

/** Nothing has sockets here that could keep the counts. */
const noNotes = { read: () => undefined, write: () => undefined }

/** Gives each new namespace the ServiceAccount that its controller would: Pods run as it. */
function furnish(store: Store, registry: Registry, kinds: readonly Kind[], clock: { readonly now: number }): void {
  const kind = kinds.find(({ resource }) => resource === 'serviceaccounts')
  if (kind === undefined) return
  store.subscribe((changes) => {
    for (const { type, key } of changes) {
      if (type !== 'ADDED' || key.resource !== 'namespaces') continue
      const dice = { uid: randomUUID, suffix: () => 'bcdfg' }
      const caller = { user: { name: 'controller', groups: [] }, now: clock.now, warnings: [], dice }
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
      store.transaction((tx) => registry.create(tx, caller, kind, key.name, account))
    }
  })
}

/** The API over a store in memory, with the given kinds. */
export function testApi(kinds: readonly Kind[], ring = 16_384, quota = 'off'): TestApi {
  const store = openNodeStore(':memory:', { ring, sealer: sealer(KEY) })
  const clock = { now: Date.parse('2026-11-24T12:00:00Z') }
  const sockets: FakeSocket[] = []
  const host: Sockets = {
    tagged: (tag) => sockets.filter(({ tags }) => tags.includes(tag)),
    accept(tags, attachment, headers) {
      const socket = new FakeSocket(tags, attachment)
      sockets.push(socket)
      return {
        socket,
        response: new Response(null, { status: 200, headers: { ...headers, 'x-socket': String(sockets.length) } }),
      }
    },
  }
  const makeHub = () => new Hub(host, { kinds, now: () => clock.now, reader: store, complain: fail })
  let hub = makeHub()
  const governor = new Governor(
    { limits: limitsOf(quota), spent: () => store.usage, sockets: noNotes, stored: storedNotes(store) },
    clock.now,
  )
  const { observe: _, ...seen } = observed({
    store,
    governor,
    watchers: () => hub.watchers(),
    now: () => clock.now,
  })
  const audit: string[] = []
  const roles = watchRoles(store)
  store.subscribe((changes) => hub.changed(changes))
  const registry = makeRegistry(kinds, makeAdmission({ bootstrapKeys: [KEY] }))
  furnish(store, registry, kinds, clock)
  const api: Api = {
    ...seen,
    governor,
    audit: { level: 'all', write: (line) => void audit.push(line) },
    store,
    reader: store,
    roles,
    registry,
    kinds,
    secrets: { adminToken: ADMIN_TOKEN, key: KEY },
    dice: { uid: randomUUID, suffix: (length) => 'bcdfg'.repeat(length).slice(0, length), secret: randomUUID },
    nodes: { isLinked: () => false, openStream: () => false },
    now: () => clock.now,
    log: (line) => {
      throw new Error(`an unexpected error was logged: ${JSON.stringify(line)}`)
    },
    accept: (watch, first) => hub.accept(watch, first),
  }
  const app = makeApp(api)
  return {
    api,
    audit,
    sockets,
    clock,
    hibernate: () => (hub = makeHub()),
    say: (socket, text) => hub.message(socket, text),
    flush: () => hub.flush(),
    defaultRoles() {
      createSystemNamespaces(store, api.registry, api.dice, clock.now)
      reconcileRoles({ store, registry: api.registry, kindOf: kindOfResource, dice: api.dice }, clock.now)
    },
    close: () => store.close(),
    async call(method, path, body, { token = ADMIN_TOKEN, headers = {} } = {}) {
      const sent = new Headers({
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      })
      // The edge's part: what a JWT says.
      const voucher = await vouch(api.secrets, sent, clock.now)
      if (voucher !== undefined) sent.set(VOUCHER, voucher)
      const answer = await app.request(path, {
        method,
        headers: sent,
        ...(body === undefined
          ? {}
          : { body: body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const bytes = new Uint8Array(await answer.arrayBuffer())
      const text = new TextDecoder().decode(bytes)
      const json = (answer.headers.get('content-type') ?? '').startsWith('application/json') && text !== ''
      hub.flush()
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        bytes,
        body: json && !text.includes('\n{') ? JSON.parse(text) : {},
      }
    },
  }
}
