import type { Kind } from '../../api/kinds/kind.ts'
import type { JsonObject, Resource } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { Caller, Draft, Registry } from '../registry/registry.ts'
import type { Key, Reader, Tx } from '../store/store.ts'
import type { Change } from './controller.ts'

/** What applying a list came to. */
export interface Outcome {
  /** When to look again, in milliseconds. */
  again: number | undefined
  /** The key is to back off. */
  retry: boolean
  /** Writes asked of the registry. */
  writes: number
}

/** Writes events by client-go's rules: EventRecorder of worker/registry. */
export interface Recorder {
  record(
    tx: Tx,
    caller: Caller,
    occurrence: {
      about: { apiVersion: string; kind: string; namespace: string; name: string; uid: string; resourceVersion: string }
      type: 'Normal' | 'Warning'
      reason: string
      message: string
      component: string
      action?: string
    },
  ): void
}

export interface KindLookup {
  /** `deployments.apps`. */
  ofResource(resource: string): Kind | undefined
  /** `apps/v1`, `Deployment`. */
  ofObject(apiVersion: string, kind: string): Kind | undefined
}

/** Does what a controller wants, through the path that HTTP writes take. */
export class Applier {
  readonly #registry: Registry
  readonly #kinds: KindLookup
  readonly #recorder: Recorder

  constructor(registry: Registry, kinds: KindLookup, recorder: Recorder) {
    this.#registry = registry
    this.#kinds = kinds
    this.#recorder = recorder
  }

  /** Whether a change would change nothing: a status that says what stands there already. Such need no transaction. */
  isIdle(change: Change, reader: Pick<Reader, 'get'>): boolean {
    if (change.do === 'again' || change.do === 'retry') return true
    if (change.do !== 'status') return false
    // What a controller hands over may be the object as it wants it, so the stored one is asked.
    const stored = reader.get(keyOf(this.#kind(change.object), change.object))?.object
    if (stored === undefined) return false
    const { status, metadata } = stored as Resource & { status?: unknown } // any kind with a status
    return alike(status, change.status) && (!change.annotations || alike(metadata.annotations, change.annotations))
  }

  apply(tx: Tx, caller: Caller, component: string, changes: readonly Change[]): Outcome {
    const outcome: Outcome = { again: undefined, retry: false, writes: 0 }
    const list = [...changes]
    for (let change = list.shift(); change !== undefined; change = list.shift()) {
      const instead = this.#one(tx, caller, component, change, outcome)
      if (instead !== undefined) list.splice(0, list.length, ...instead)
    }
    return outcome
  }

  /** Does one change; a list comes back where the rest is to be replaced by it. */
  #one(tx: Tx, caller: Caller, component: string, change: Change, outcome: Outcome): Change[] | undefined {
    switch (change.do) {
      case 'again':
        outcome.again = Math.min(change.at, outcome.again ?? Infinity)
        return undefined
      case 'retry':
        outcome.retry = true
        return undefined
      case 'event':
        this.#record(tx, caller, component, change)
        return undefined
      default:
        outcome.writes++
        return this.#write(tx, caller, change)
    }
  }

  #write(tx: Tx, caller: Caller, change: Exclude<Change, { do: 'again' | 'retry' | 'event' }>): Change[] | undefined {
    switch (change.do) {
      case 'create':
        return this.#create(tx, caller, change)
      case 'update':
        this.#update(tx, caller, change.object, '', () => change.object)
        return undefined
      case 'status':
        if (this.isIdle(change, tx)) return undefined
        this.#update(tx, caller, change.object, 'status', (old) => withStatus(old, change))
        return undefined
      case 'finalize':
        this.#update(tx, caller, change.object, 'finalize', (old) => withFinalizers(old, change.finalizers))
        return undefined
      case 'delete':
        this.#delete(tx, caller, change)
        return undefined
      case 'bind':
        this.#registry.bind(tx, caller, keyOf(this.#kind(change.pod), change.pod), change.node, {
          uid: change.pod.metadata.uid,
        })
        return undefined
      default:
        return change satisfies never
    }
  }

  #create(tx: Tx, caller: Caller, { object, failed }: Change & { do: 'create' }): Change[] | undefined {
    try {
      this.#registry.create(tx, caller, this.#kind(object), object.metadata.namespace ?? '', object)
      return undefined
    } catch (error) {
      if (failed === undefined || !(error instanceof StatusError)) throw error
      return failed(error)
    }
  }

  /** The object was read in this very turn, so whatever version it has by now follows from this list itself. */
  #update(tx: Tx, caller: Caller, object: Resource, subresource: string, change: (old: Resource) => Resource): void {
    const kind = this.#kind(object)
    const latest = (old: Resource): Draft => {
      const made = change(old)
      return { ...made, metadata: { ...made.metadata, resourceVersion: old.metadata.resourceVersion } }
    }
    this.#registry.update(tx, caller, kind, keyOf(kind, object), subresource, latest, { uid: object.metadata.uid })
  }

  #delete(tx: Tx, caller: Caller, { object, propagation, graceSeconds }: Change & { do: 'delete' }): void {
    const kind = this.#kind(object)
    this.#registry.delete(tx, caller, kind, keyOf(kind, object), {
      preconditions: { uid: object.metadata.uid },
      ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
      ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
    })
  }

  #record(tx: Tx, caller: Caller, component: string, event: Change & { do: 'event' }): void {
    const { apiVersion, kind, metadata } = event.about
    const { namespace = '', name, uid, resourceVersion } = metadata
    const { type, reason, message, action } = event
    this.#recorder.record(tx, caller, {
      about: { apiVersion, kind, namespace, name, uid, resourceVersion },
      type,
      reason,
      message,
      component,
      ...(action === undefined ? {} : { action }),
    })
  }

  #kind({ apiVersion, kind }: { apiVersion: string; kind: string }): Kind {
    const found = this.#kinds.ofObject(apiVersion, kind)
    if (found === undefined) throw new Error(`no kind ${kind} in ${apiVersion} is served`)
    return found
  }
}

const keyOf = (kind: Kind, object: Resource): Key => ({
  resource: kind.resource,
  namespace: kind.namespaced ? (object.metadata.namespace ?? '') : '',
  name: object.metadata.name,
})

function withStatus(old: Resource, { status, annotations }: Change & { do: 'status' }): Resource {
  const metadata = annotations === undefined ? old.metadata : { ...old.metadata, annotations }
  const next: Resource & { status: object } = { ...old, metadata, status }
  return next
}

function withFinalizers(old: Resource, finalizers: readonly string[]): Resource {
  const { spec } = old as Resource & { spec?: JsonObject } // namespaces, the only kind with spec.finalizers
  const next: Resource & { spec: object } = { ...old, spec: { ...spec, finalizers: [...finalizers] } }
  return next
}

/** Equal as Go sees it: what is empty and what is not there are the same. */
export function alike(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => alike(item, b[i]))
  const [x, y] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  return [...new Set([...x.keys(), ...y.keys()])].every((key) => alike(x.get(key), y.get(key)))
}

const isEmpty = (value: unknown): boolean => {
  if (value === undefined || value === null || value === 0 || value === '' || value === false) return true
  return typeof value === 'object' && Object.values(value).every(isEmpty)
}
