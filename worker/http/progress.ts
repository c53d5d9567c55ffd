import type { Query, Reader } from '../store/store.ts'
import type { Viewer } from './events.ts'
import type { Frame, Stage, Watch } from './watch-state.ts'

/** Objects or changes that are read at a time: few, for each may have a megabyte. */
const STEP = 50
/** Characters or bytes after which a client has to read before it is told more. */
const ENOUGH = 1024 * 1024

/**
 * Tells a watch what it does not know yet, until it is live or has been told enough for now; the viewer's watch then says
 * where it stands. Throws 410 where what it needs is no longer known.
 */
export function tell(reader: Reader, viewer: Viewer, now: number): Frame[] {
  const lines: Frame[] = []
  let told = 0
  while (viewer.watch.progress.stage !== 'live' && told < ENOUGH) {
    const { more, next } = step(reader, viewer, viewer.watch.progress, now)
    for (const line of more) told += line.length
    lines.push(...more)
    if (next.stage === 'live' && viewer.watch.marksEnd) lines.push(viewer.bookmark(next.since, true, now))
    viewer.moveTo(next)
  }
  return lines
}

interface Step {
  more: Frame[]
  next: Stage
}

function step(reader: Reader, viewer: Viewer, from: Stage, now: number): Step {
  switch (from.stage) {
    case 'state':
      return ofState(reader, viewer, from, now)
    case 'missed':
      return ofMissed(reader, viewer, from, now)
    case 'live':
      return { more: [], next: from }
  }
}

/** Synthetic ADDED events of what existed. */
function ofState(reader: Reader, viewer: Viewer, { at, after }: Stage & { stage: 'state' }, now: number): Step {
  const query: Query = {
    ...scopeOf(viewer.watch),
    limit: STEP + 1,
    ...(at === reader.version ? {} : { at }),
    ...(after === undefined ? {} : { after }),
  }
  const rows = reader.list(query)
  const some = rows.slice(0, STEP)
  const last = some.at(-1)
  const more = some.filter(({ object }) => viewer.selects(object)).map((row) => viewer.event('ADDED', row, now))
  if (rows.length > STEP && last !== undefined) {
    return { more, next: { stage: 'state', at, after: { namespace: last.namespace, name: last.name } } }
  }
  return { more, next: { stage: 'missed', since: at } }
}

function ofMissed(reader: Reader, viewer: Viewer, { since }: Stage & { stage: 'missed' }, now: number): Step {
  const { resource, namespace } = viewer.watch
  const changes = reader.changes(since, resource, namespace, STEP)
  const more = changes.map((change) => viewer.change(change, now)).filter((line) => line !== undefined)
  const last = changes.at(-1)
  if (changes.length === STEP && last !== undefined) return { more, next: { stage: 'missed', since: last.version } }
  return { more, next: { stage: 'live', since: Math.max(since, reader.version) } }
}

const scopeOf = ({ resource, namespace }: Watch): Query => ({
  resource,
  ...(namespace === undefined ? {} : { namespace }),
})
