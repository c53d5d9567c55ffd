import { expect, test } from 'vitest'
import type { Pod } from '../api/schema/types.generated.ts'
import { condition, container, deleting, pod, podsBed, type Bed } from '../test/support/pods-bed.ts'

/** A seeded generator of [0, 1): mulberry32. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const rowsOf = async (it: Bed) => {
  const rows = await Promise.all([...it.runtime.specs.keys()].map((id) => it.runtime.peek(id)))
  return rows.filter((row) => row !== undefined)
}

/** What holds at every moment. */
async function check(it: Bed): Promise<void> {
  const running = (await rowsOf(it)).filter(({ state }) => state === 'running')
  const once = (keys: string[], what: string) => expect(new Set(keys).size, `${what}: ${keys.join()}`).toBe(keys.length)
  const sandboxes = running.filter(({ labels }) => labels['podo.kind'] === 'sandbox')
  once(
    sandboxes.map(({ labels }) => labels['podo.uid'] ?? ''),
    'one sandbox runs of each Pod',
  )
  once(
    sandboxes.map(({ labels }) => labels['podo.address'] ?? ''),
    'an address belongs to one Pod',
  )
  const others = running.filter(({ labels }) => labels['podo.kind'] !== 'sandbox')
  once(
    others.map(({ labels }) => `${labels['podo.uid']} ${labels['podo.container']}`),
    'one instance runs of each container',
  )
}

async function chaos(seed: number, steps: number): Promise<void> {
  const next = dice(seed)
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(next() * list.length)]
  const it = await podsBed(['web:1'], () => next() * 400)
  it.programs.set('init', { exit: { code: 0, after: 500 } })
  it.programs.set('stubborn', { stubborn: true })
  let count = 0
  let wanted: Pod[] = []
  const counts = new Map<string, number>()
  const apply = (list: Pod[]): void => {
    wanted = list.map((each) => ({ ...each, status: it.status(each.metadata.name) }))
    it.apply(...wanted)
  }
  const fresh = (): Pod => {
    count += 1
    const inits = next() < 0.3 ? { initContainers: [container({ name: 'prepare', command: ['init'] })] } : {}
    const side = next() < 0.3 ? [container({ name: 'side', command: ['stubborn'] })] : []
    return pod({ name: `p${count}`, terminationGracePeriodSeconds: 5, containers: [container(), ...side], ...inits })
  }
  const runningIds = async (kind?: string): Promise<string[]> =>
    (await rowsOf(it))
      .filter((row) => row.state === 'running' && (kind === undefined || row.labels['podo.kind'] === kind))
      .map(({ id }) => id)
  const acts: (() => Promise<void> | void)[] = [
    () => apply([...wanted, fresh()]),
    () => apply(wanted.map((each, i) => (i === 0 ? deleting(each, 5) : each))),
    () => apply(wanted.slice(1)),
    () => apply(wanted),
    async () => it.runtime.die((await runningIds('app'))[0] ?? '', 1),
    async () => it.runtime.die(pick(await runningIds('sandbox')) ?? '', 0),
    async () => it.runtime.die(pick(await runningIds()) ?? '', 137),
    async () => it.runtime.vanish(pick(await runningIds()) ?? ''),
    () => it.restartAgent(),
    () => it.runtime.setDown(true),
    () => it.runtime.setDown(false),
    async () => {
      for (const id of await runningIds()) it.runtime.die(id, 255)
      await it.restartAgent()
    },
  ]
  for (let step = 0; step < steps; step += 1) {
    await pick(acts)?.()
    await it.clock.advance(next() < 0.5 ? next() * 500 : next() * 15_000)
    for (const name of it.gone.splice(0)) apply(wanted.filter(({ metadata }) => metadata.name !== name))
    await check(it)
    for (const { metadata } of wanted) {
      const restarts = it.status(metadata.name).containerStatuses?.[0]?.restartCount ?? 0
      expect(restarts, `restartCount of ${metadata.name} goes back`).toBeGreaterThanOrEqual(
        counts.get(metadata.uid) ?? 0,
      )
      counts.set(metadata.uid, restarts)
    }
  }
  it.runtime.setDown(false)
  apply(wanted.filter(({ metadata }) => metadata.deletionTimestamp === undefined))
  await it.clock.advance(20 * 60_000)
  await settled(it, wanted)
}

/** Left alone, everything is as it was asked for, and nothing else is there. */
async function settled(it: Bed, wanted: readonly Pod[]): Promise<void> {
  const rows = await rowsOf(it)
  const uids = new Set(wanted.map(({ metadata }) => metadata.uid))
  expect(
    rows.filter(({ labels }) => !uids.has(labels['podo.uid'] ?? '')),
    'nothing of other Pods is left',
  ).toEqual([])
  for (const each of wanted) {
    const { name, uid } = each.metadata
    expect(condition(it, 'Ready', name)?.status, `${name} is Ready: ${JSON.stringify(it.status(name))}`).toBe('True')
    const own = rows.filter(({ labels }) => labels['podo.uid'] === uid)
    const running = own.filter(({ state }) => state === 'running').length
    expect(running, `${name} runs a sandbox and its containers`).toBe(1 + each.spec.containers.length)
    const most = 2 * (each.spec.containers.length + (each.spec.initContainers?.length ?? 0)) + 1
    expect(own.length, `${name} keeps one dead instance of each container`).toBeLessThanOrEqual(most)
  }
}

/** Seeds that once failed stay here by name. */
const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1)
test.each(SEEDS)('[AG23] whatever happens, it comes to what was asked (seed %i)', async (seed) => {
  await chaos(seed, 60)
})
