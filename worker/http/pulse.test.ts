import { expect, test } from 'vitest'
import { kindOfResource } from '../../api/kinds/index.ts'
import type { Resource } from '../../api/meta/object.ts'
import { readFrames } from '../../test/support/frames.ts'
import { Viewer } from './events.ts'
import { Pulse, versionIn } from './pulse.ts'
import { type Frame, LIVE_SINCE, MORE_LEFT, type Watch } from './watch-state.ts'

const MODEL = 'io.k8s.api.core.v1.ConfigMap'
const WATCH: Watch = {
  v: 1,
  resource: 'configmaps',
  labels: '',
  fields: '',
  name: '',
  view: { as: 'object' },
  include: 'Metadata',
  bookmarks: true,
  marksEnd: false,
  columns: true,
  progress: { stage: 'live', since: 7 },
}
const kind = kindOfResource('configmaps')!

function eventsOf(watch: Watch, ...versions: number[]): Frame {
  const viewer = new Viewer(kind, watch)
  const frames = versions.map((version) => {
    const annotations = { a: '"resourceVersion":"99"' }
    const metadata = { name: 'x', uid: 'u', resourceVersion: String(version), annotations }
    const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata } as unknown as Resource // creationTimestamp is of no matter
    return viewer.event('MODIFIED', { object, json: JSON.stringify(object) }, 0)
  })
  const [first] = frames
  return typeof first === 'string' ? frames.join('') : Uint8Array.from(Buffer.concat(frames as Uint8Array[]))
}
const bookmarked = (frame: Frame | undefined): unknown => {
  if (frame === undefined || frame === '\n') return frame
  const event = typeof frame === 'string' ? JSON.parse(frame) : readFrames(frame, MODEL)[0]
  return [event.type, event.object.metadata.resourceVersion]
}
const beats = (pulse: Pulse, count: number) => Array.from({ length: count }, () => bookmarked(pulse.beat(0)))

test('[AP205] a quiet JSON watch gets newlines, and in between bookmarks where they were asked for', () => {
  expect(beats(new Pulse({ ...WATCH, bookmarks: false }), 4)).toEqual(['\n', '\n', '\n', '\n'])
  expect(beats(new Pulse(WATCH), 4)).toEqual(['\n', ['BOOKMARK', '7'], '\n', ['BOOKMARK', '7']])
})

test('[AP205] between the frames of a protobuf watch stands nothing but bookmarks', () => {
  const watch: Watch = { ...WATCH, media: 'protobuf' }
  expect(beats(new Pulse(watch), 2)).toEqual([
    ['BOOKMARK', '7'],
    ['BOOKMARK', '7'],
  ])
  expect(beats(new Pulse({ ...watch, bookmarks: false }), 2)).toEqual([undefined, undefined])
})

test.each([undefined, 'protobuf'] as const)('[AP206] a bookmark says the version of the last event (%s)', (media) => {
  const watch: Watch = { ...WATCH, ...(media === undefined ? {} : { media }) }
  expect(versionIn(eventsOf(watch, 8, 12))).toBe(12)
  const pulse = new Pulse(watch)
  pulse.saw(eventsOf(watch, 8, 12))
  expect(beats(pulse, 2).at(-1)).toEqual(['BOOKMARK', '12'])
  // Events of the state carry the older versions of their objects.
  pulse.saw(eventsOf(watch, 3))
  expect(beats(pulse, 2).at(-1)).toEqual(['BOOKMARK', '12'])
})

test('[AP206] while the state is being told there is no bookmark', () => {
  const pulse = new Pulse({ ...WATCH, media: 'protobuf', progress: { stage: 'state', at: 7 } })
  expect(beats(pulse, 1)).toEqual([undefined])
  pulse.saw(MORE_LEFT)
  expect(beats(pulse, 1)).toEqual([undefined])
  pulse.saw(`${LIVE_SINCE}20`)
  expect(beats(pulse, 1)).toEqual([['BOOKMARK', '20']])
})
