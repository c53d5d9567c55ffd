import { rfc3339 } from '../../api/meta/time.ts'
import type { Pod, PodCondition, PodStatus } from '../../api/schema/types.generated.ts'
import type { Chance } from './chance.ts'

/** What an agent writes: statuses of its Pods, and that one is gone. Refusals are the world's to swallow. */
export interface Reports {
  status(pod: Life, status: PodStatus): void
  gone(pod: Life): void
}

/**
 * What a fake agent knows of one Pod:
 *
 *   pulling → starting → running ⇄ crashed
 *      └──────────┴─────────┴────────┴──→ stopping → (gone)
 */
export interface Life {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly image: string
  readonly ip: string
  state: 'pulling' | 'starting' | 'running' | 'crashed' | 'stopping'
  /** When the state ends by itself; Infinity where it does not. */
  at: number
  restarts: number
  ready: boolean
  /** Since when it is as ready as it is. */
  since: number
  /** What was last accepted by the API differs from what is. */
  unreported: boolean
}

/** An image that no registry has: its Pods never start. */
export const BAD_IMAGE = 'registry.example/bad'

/** A machine with an agent. It reports only while it is connected, and lives on while it is not. */
export class Agent {
  readonly name: string
  readonly lives = new Map<string, Life>()
  /** Power is on. */
  alive = true
  /** The control plane hears it, and it hears the control plane. */
  connected = true
  /** When it was last heard, where it is not connected. */
  heard = 0
  readonly #chance: Chance
  readonly #reports: Reports
  /** Pods so far: each has an address that no other of this machine had. */
  #pods = 1
  /** The middle octets of its Pods' addresses, made of its name. */
  readonly #range: number

  constructor(name: string, chance: Chance, reports: Reports) {
    this.name = name
    this.#range = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_000, 7)
    this.#chance = chance
    this.#reports = reports
  }

  #address(): string {
    const middle = this.#range + (this.#pods >> 8)
    return `10.${middle >> 8}.${middle & 255}.${this.#pods++ & 255}`
  }

  /** When something happens here by itself. */
  get next(): number {
    if (!this.alive) return Infinity
    let next = Infinity
    for (const life of this.lives.values()) {
      const at = life.unreported && this.connected ? 0 : life.at
      if (at < next) next = at
    }
    return next
  }

  /** The whole truth of what should run here, after a reconnect. */
  sync(pods: readonly Pod[], now: number): void {
    const wanted = new Set(pods.map((pod) => pod.metadata.uid))
    for (const uid of this.lives.keys()) if (!wanted.has(uid)) this.lives.delete(uid)
    for (const pod of pods) this.want(pod, now)
    for (const life of this.lives.values()) life.unreported = true
  }

  /** One Pod as the API now has it. */
  want(pod: Pod, now: number): void {
    const life = this.lives.get(pod.metadata.uid)
    const ended = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded'
    if (life === undefined) {
      if (ended && pod.metadata.deletionTimestamp === undefined) return
      this.#begin(pod, now)
    } else if (pod.metadata.deletionTimestamp !== undefined) {
      this.#stop(life, pod, now)
    } else if (isReady(pod) !== life.ready) {
      // kubelet's status manager reports again what the API has wrong (needsReconcile).
      life.unreported = true
    }
  }

  unwant(uid: string): void {
    this.lives.delete(uid)
  }

  /** Power is back: every container starts anew. */
  reboot(now: number): void {
    for (const life of this.lives.values()) {
      if (life.state === 'stopping') continue
      life.restarts++
      this.#become(life, 'starting', now + this.#chance.int(500, 3000), false, now)
    }
  }

  /** A container dies by itself. */
  crash(life: Life, now: number): void {
    if (life.state === 'running') this.#become(life, 'crashed', now + this.#chance.int(500, 20_000), false, now)
  }

  /** Lets happen what is due. */
  act(now: number): void {
    if (!this.alive) return
    for (const life of this.lives.values()) {
      if (life.at <= now) this.#advance(life, now)
      if (life.unreported && this.connected) this.#report(life, now)
    }
  }

  #begin(pod: Pod, now: number): void {
    const image = pod.spec.containers[0]?.image ?? ''
    const pulled = image.startsWith(BAD_IMAGE) ? Infinity : now + this.#chance.int(0, 4000)
    const { namespace = '', name, uid } = pod.metadata
    const life: Life = {
      namespace,
      name,
      uid,
      image,
      ip: this.#address(),
      state: 'pulling',
      at: pulled,
      restarts: 0,
      ready: false,
      since: now,
      unreported: false,
    }
    this.lives.set(uid, life)
    if (pod.metadata.deletionTimestamp !== undefined) this.#stop(life, pod, now)
  }

  #stop(life: Life, pod: Pod, now: number): void {
    const grace = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000
    if (life.state === 'stopping') {
      life.at = Math.min(life.at, now + grace)
      return
    }
    this.#become(life, 'stopping', now + Math.min(grace, this.#chance.int(0, 4000)), life.ready, now)
  }

  #advance(life: Life, now: number): void {
    switch (life.state) {
      case 'pulling':
        this.#become(life, 'starting', now + this.#chance.int(0, 2000), false, now)
        return
      case 'starting':
        this.#become(life, 'running', Infinity, true, now)
        return
      case 'crashed':
        life.restarts++
        this.#become(life, 'starting', now + this.#chance.int(0, 2000), false, now)
        return
      case 'stopping':
        life.at = Infinity
        life.unreported = true
        return
      case 'running':
        return
      default:
        life.state satisfies never
    }
  }

  #become(life: Life, state: Life['state'], at: number, ready: boolean, now: number): void {
    if (life.ready !== ready) life.since = now
    life.state = state
    life.at = at
    life.ready = ready
    life.unreported = state !== 'pulling' && state !== 'stopping'
  }

  #report(life: Life, now: number): void {
    life.unreported = false
    if (life.state === 'stopping') {
      if (life.at !== Infinity) return
      this.#reports.gone(life)
      return
    }
    this.#reports.status(life, statusOf(life, now))
  }
}

export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true

function statusOf(life: Life, now: number): PodStatus {
  const started = life.state === 'running' || life.state === 'crashed' || life.restarts > 0
  const condition = (type: string, met: boolean, since: number): PodCondition => ({
    type,
    status: met ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(since),
  })
  return {
    phase: started ? 'Running' : 'Pending',
    conditions: [
      condition('Initialized', true, life.since),
      condition('Ready', life.ready, life.since),
      condition('ContainersReady', life.ready, life.since),
    ],
    ...(started ? { podIP: life.ip, podIPs: [{ ip: life.ip }] } : {}),
    containerStatuses: [
      {
        name: 'main',
        state: started ? { running: { startedAt: rfc3339(now) } } : { waiting: { reason: 'ContainerCreating' } },
        lastState: {},
        ready: life.ready,
        restartCount: life.restarts,
        image: life.image,
        imageID: '',
      },
    ],
  }
}
