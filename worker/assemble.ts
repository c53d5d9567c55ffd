import { randomBytes, randomInt } from 'node:crypto'
import type { Kind } from '../api/kinds/kind.ts'
import { kindOfObject, kindOfResource, kinds } from '../api/kinds/index.ts'
import { Driver } from './control/driver.ts'
import { allControllers } from './control/index.ts'
import type { Api } from './http/api.ts'
import { makeApp } from './http/app.ts'
import { observed } from './http/measure.ts'
import { Hub } from './http/hub.ts'
import { NodeReads } from './http/node-reads.ts'
import { consoleLog, detailsOf } from './http/respond.ts'
import { durableSockets } from './http/sockets.ts'
import { furnish } from './http/furnish.ts'
import { keysOf } from './guard/admit.ts'
import { signLegacy } from './guard/account-token.ts'
import { reconcileRoles, watchRoles } from './guard/reconcile-roles.ts'
import { trustOf } from './guard/trust.ts'
import { Governor } from './governor/governor.ts'
import { socketNotes, storedNotes } from './governor/notes.ts'
import { settingsOf } from './settings.ts'
import { createSystemObjects } from './http/system-objects.ts'
import type { Env } from './index.ts'
import { answerHeartbeats } from './nodes/accept.ts'
import { Nodes } from './nodes/nodes.ts'
import { EventRecorder } from './registry/events.ts'
import { makeAdmission } from './admission/index.ts'
import { makeRegistry } from './registry/index.ts'
import type { Dice } from './registry/registry.ts'
import { durableSql } from './store/durable.ts'
import { sealer } from './store/seal.ts'
import { openStore } from './store/sqlite.ts'
import type { Change, Store } from './store/store.ts'

/** The rooms of one cluster's control plane, opened and joined. */
export interface Parts {
  readonly api: Api
  readonly app: ReturnType<typeof makeApp>
  readonly driver: Driver
  readonly governor: Governor
  readonly recorder: EventRecorder
  readonly dice: Dice
  readonly hub: Hub
  readonly nodes: Nodes<WebSocket>
  readonly untold: Untold
}

/** Changes that were committed and that nobody but the driver and the hub has been told of. */
export class Untold {
  #changes: Change[] = []

  get some(): boolean {
    return this.#changes.length > 0
  }
  add(changes: readonly Change[]): void {
    this.#changes.push(...changes)
  }
  take(): readonly Change[] {
    const changes = this.#changes
    this.#changes = []
    return changes
  }
}

const DEFAULT_CIDR = '10.244.0.0/14'

/** https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
const dice = {
  uid: () => crypto.randomUUID(),
  suffix: (length: number) => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  secret: () => randomBytes(32).toString('base64url'),
}

/** Opens the store and joins everything to it. Throws where the store may not be opened by this code or this key. */
export function assemble(ctx: DurableObjectState, env: Env): Parts {
  const secrets = trustOf(env)
  const { podSecurity, audit: level } = settingsOf(env)
  const { key, previousKey } = secrets
  const { PODO_CA: ca = '', PODO_CLUSTER_CIDR: clusterCidr = DEFAULT_CIDR, PODO_API: url } = env
  const store = openStore(durableSql(ctx.storage), { sealer: sealer(key, previousKey), now: Date.now })
  const registry = makeRegistry(kinds, makeAdmission({ bootstrapKeys: keysOf(secrets), podSecurity }))
  const governor = governorOf(ctx, env, store)
  const recorder = new EventRecorder(registry, kindNamed('events'), (now) => governor.mayRecord(now))
  const nodes = new Nodes({
    host: ctx,
    store,
    registry,
    kinds: { nodes: kindNamed('nodes'), pods: kindNamed('pods') },
    events: recorder,
    dice,
    key,
    clusterCIDR: clusterCidr,
    complain: (message) => consoleLog({ level: 'error', message }),
  })
  const { liveness } = nodes
  answerHeartbeats(ctx)
  liveness.wake(Date.now())
  const reader = new NodeReads(store, (node) => liveness.lastHeard(node))
  const { observe, ...seen } = observed({ store, governor, watchers: () => hub.watchers(), now: Date.now })
  const driver = new Driver({
    observe,
    store,
    registry,
    kinds: { ofResource: kindOfResource, ofObject: kindOfObject },
    controllers: allControllers({ kinds, ca, clusterCidr, api: url ?? '', signToken: signLegacy(key) }),
    recorder,
    dice,
    liveness,
  })
  const hub = hubOf(ctx, reader)
  const roles = watchRoles(store)
  const untold = tell(store, driver, hub)
  furnish(store, registry, dice, Date.now(), url)
  reconcileRoles({ store, registry, kindOf: kindOfResource, dice }, Date.now())
  createSystemObjects(store, registry, kinds, dice, Date.now())
  const accept: Api['accept'] = (watch, first) => hub.accept(watch, first)
  const audit = { level, write: (line: string) => console.log(line) }
  const api: Api = {
    store,
    reader,
    roles,
    registry,
    kinds,
    secrets,
    dice,
    nodes,
    now: Date.now,
    accept,
    governor,
    audit,
    ...seen,
  }
  return { api, app: makeApp(api), driver, governor, recorder, dice, hub, nodes, untold }
}

/** Tells everybody of each commit, and answers what is still to be told to the agents. */
function tell(store: Store, driver: Driver, hub: Hub): Untold {
  const untold = new Untold()
  store.subscribe((committed) => {
    driver.changed(committed)
    hub.changed(committed)
    untold.add(committed)
  })
  return untold
}

function governorOf(ctx: DurableObjectState, env: Env, store: Store): Governor {
  const { limits } = settingsOf(env)
  const sockets = socketNotes(() => ctx.getWebSockets())
  return new Governor({ limits, spent: () => store.usage, sockets, stored: storedNotes(store) }, Date.now())
}

function hubOf(ctx: DurableObjectState, reader: NodeReads): Hub {
  return new Hub(durableSockets(ctx), {
    kinds,
    now: Date.now,
    reader,
    shown: (row) => reader.shown(row),
    complain: (error) => consoleLog({ level: 'error', message: 'a watch failed', details: detailsOf(error) }),
  })
}

function kindNamed(resource: string): Kind {
  const kind = kindOfResource(resource)
  if (kind === undefined) throw new Error(`the kind of ${resource} is not declared`)
  return kind
}
