import type { EventReport, PodRef, PodStatusReport, Report } from '../api/wire.ts'

/** Events kept while there is no link; beyond it the oldest are lost, as a kubelet's are. */
const MOST_EVENTS = 500

/**
 * What is to be reported, coalesced: of a Pod only the last status matters. One report is on its way at a time, so a
 * slow link makes fewer and fuller ones. What was not received is said again on the next link.
 */
export class Outbox {
  /** The last status of every Pod here, to be said again to a control plane that may know otherwise. */
  readonly #known = new Map<string, PodStatusReport & { text: string }>()
  readonly #changed = new Set<string>()
  /** Of those, the ones that somebody waits for. */
  readonly #urgent = new Set<string>()
  /** What was last said of a Pod, in a word or two. */
  readonly #said = new Map<string, string>()
  readonly #gone = new Map<string, PodStatusReport>()
  #events: EventReport[] = []
  #flight: Report | undefined
  #lastId = 0

  status(pod: PodRef, status: object): void {
    if (this.#gone.has(pod.uid)) return
    const text = JSON.stringify(status)
    if (this.#known.get(pod.uid)?.text === text) return
    this.#known.set(pod.uid, { pod, status: { ...status }, text })
    this.#changed.add(pod.uid)
    this.#weigh(pod.uid, status)
  }

  gone(pod: PodRef, status: object): void {
    this.#forget(pod.uid)
    this.#gone.set(pod.uid, { pod, status: { ...status } })
  }

  event(event: EventReport): void {
    this.#events.push(event)
    if (this.#events.length > MOST_EVENTS) this.#events = this.#events.slice(-MOST_EVENTS)
  }

  /** Pods that the control plane no longer wants here: nobody asks for their status any more. */
  keepOnly(uids: ReadonlySet<string>): void {
    for (const uid of this.#known.keys()) if (!uids.has(uid)) this.#forget(uid)
    for (const uid of this.#gone.keys()) if (!uids.has(uid)) this.#gone.delete(uid)
  }

  /**
   * Whether something is to be said that people and controllers wait for: a Pod's phase or readiness changed, or it is
   * gone. The steps in between (a sandbox that has its address) have time, for each costs the control plane a write.
   */
  get isUrgent(): boolean {
    return this.#urgent.size > 0 || this.#gone.size > 0
  }

  /** The next report, now on its way; undefined while one is, or where nothing is to be said. */
  next(): Report | undefined {
    if (this.#flight !== undefined) return undefined
    if (this.#changed.size === 0 && this.#gone.size === 0 && this.#events.length === 0) return undefined
    const statuses = [...this.#changed].flatMap((uid) => {
      const known = this.#known.get(uid)
      if (known === undefined) return []
      this.#said.set(uid, gistOf(known.status))
      return [{ pod: known.pod, status: known.status }]
    })
    this.#changed.clear()
    this.#urgent.clear()
    this.#flight = {
      type: 'report',
      id: ++this.#lastId,
      statuses,
      gone: [...this.#gone.values()],
      events: this.#events,
    }
    this.#events = []
    return this.#flight
  }

  received(id: number): void {
    if (this.#flight?.id !== id) return
    for (const { pod } of this.#flight.gone) this.#gone.delete(pod.uid)
    this.#flight = undefined
  }

  /** Whether the report with this id is still on its way. */
  isUnderway(id: number): boolean {
    return this.#flight?.id === id
  }

  /** A link is up: whatever was on its way may be lost, and the control plane may have judged our Pods meanwhile. */
  linked(): void {
    if (this.#flight !== undefined) this.#events = [...this.#flight.events, ...this.#events].slice(-MOST_EVENTS)
    this.#flight = undefined
    this.#said.clear()
    for (const [uid, { status }] of this.#known) {
      this.#changed.add(uid)
      this.#weigh(uid, status)
    }
  }

  #weigh(uid: string, status: object): void {
    if (gistOf(status) === (this.#said.get(uid) ?? NEW)) this.#urgent.delete(uid)
    else this.#urgent.add(uid)
  }

  #forget(uid: string): void {
    this.#known.delete(uid)
    this.#changed.delete(uid)
    this.#urgent.delete(uid)
    this.#said.delete(uid)
  }
}

/** What somebody waits for in a status. */
function gistOf(status: { phase?: unknown; conditions?: unknown }): string {
  const conditions = Array.isArray(status.conditions) ? status.conditions : []
  const isReady = conditions.some((condition) => condition?.type === 'Ready' && condition.status === 'True')
  return `${String(status.phase)}${isReady ? ' ready' : ''}`
}
/** Of a Pod that nothing was said of. */
const NEW = 'Pending'
