import { type FieldError, Path, eachInvalid, invalidValue, required } from '../meta/field-error.ts'
import { subdomainName } from '../meta/names.ts'
import { goTime } from '../meta/time.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { Event, EventsEvent } from '../schema/types.generated.ts'
import { declareForm } from './declare.ts'
import { eventErrors, events } from './event.ts'
import { internal } from './internal.ts'
import { same } from './same.ts'

/** Events of events.k8s.io/v1, which are stored as those of the core group: pkg/apis/events/v1/conversion.go. */

/** The fields that have another name here: theirs → the stored one. */
const NAMES = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
} as const
const BACK = Object.fromEntries(Object.entries(NAMES).map(([name, stored]) => [stored, name]))

const renamed = (object: object, names: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [names[name] ?? name, value]))

// Every field of the one has its place in the other.
const toStored = (event: EventsEvent): Event => ({ ...renamed(event, NAMES), apiVersion: 'v1' }) as unknown as Event
const fromStored = (event: Event): EventsEvent =>
  ({ ...renamed(event, BACK), apiVersion: 'events.k8s.io/v1' }) as unknown as EventsEvent

function seriesErrors({ series }: Event): FieldError[] {
  if (series === undefined) return []
  return [
    ...((series.count ?? 0) < 2 ? [invalidValue('series.count', '', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [required('series.lastObservedTime')]),
  ]
}

const unset = (field: string, given: boolean): FieldError[] =>
  given ? [invalidValue(field, '', 'needs to be unset')] : []

/** `ValidateEventCreate`: what the core group lets pass is held to here. Its errors name the stored fields. */
function createErrors(event: Event): FieldError[] {
  const { eventTime, type = '', source, metadata } = event
  const known = type === 'Normal' || type === 'Warning'
  return [
    ...eventErrors(event, 'reportingController'),
    ...eachInvalid('metadata.name', metadata.name, subdomainName(metadata.name, false)),
    ...seriesErrors(event),
    ...(eventTime ? [] : [required('eventTime')]),
    ...(known ? [] : [invalidValue('type', '', `has invalid value: ${type}`)]),
    ...unset('firstTimestamp', Boolean(event.firstTimestamp)),
    ...unset('lastTimestamp', Boolean(event.lastTimestamp)),
    ...unset('count', (event.count ?? 0) !== 0),
    ...unset('source', Boolean(source?.component) || Boolean(source?.host)),
  ]
}

/** How Go prints each field that may not change, in the order in which they are looked at. */
const time = (value: string | null | undefined): string => (value ? goTime(value) : '0001-01-01 00:00:00 +0000 UTC')
const text = (value: string | undefined): string => value ?? ''
const FROZEN: Readonly<Record<string, (event: Event) => unknown>> = {
  involvedObject: ({ involvedObject }) => internal('ObjectReference', involvedObject ?? {}),
  reason: ({ reason }) => text(reason),
  message: ({ message }) => text(message),
  source: ({ source }) => internal('EventSource', source ?? {}),
  firstTimestamp: ({ firstTimestamp }) => time(firstTimestamp),
  lastTimestamp: ({ lastTimestamp }) => time(lastTimestamp),
  count: ({ count }) => count ?? 0,
  type: ({ type }) => text(type),
  eventTime: ({ eventTime }) => time(eventTime),
  action: ({ action }) => text(action),
  related: ({ related }) => (related === undefined ? null : internal('ObjectReference', related)),
  reportingController: ({ reportingComponent }) => text(reportingComponent),
  reportingInstance: ({ reportingInstance }) => text(reportingInstance),
}
const TIMES = ['firstTimestamp', 'lastTimestamp', 'eventTime']
/** Looked at twice, so told twice. */
const ORDER = Object.keys(FROZEN).flatMap((field) => (field === 'count' ? [field, 'reason'] : [field]))

/** `ValidateEventUpdate`: only the series of an Event goes on. */
function updateErrors(event: Event, old: Event): FieldError[] {
  const changed = same(event.series, old.series) ? [] : seriesErrors(event)
  const frozen = ORDER.flatMap((field) => {
    const print = FROZEN[field]
    const [value, before] = [print?.(event), print?.(old)]
    if (same(value, before)) return []
    const at = Path.of(field)
    // A time is printed bare.
    return TIMES.includes(field)
      ? [{ type: 'Invalid' as const, field: at.toString(), detail: `${String(value)}: ${IMMUTABLE}` }]
      : [invalidValue(at, value, IMMUTABLE)]
  })
  return [...changed, ...frozen]
}

const about =
  (field: 'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath') =>
  ({ involvedObject }: Event): string =>
    involvedObject?.[field] ?? ''

export const eventsV1 = declareForm<Event, EventsEvent>(
  events,
  { resource: 'events.events.k8s.io', version: 'v1' },
  {
    validate: (event, { operation }) =>
      operation === 'create' ? createErrors(event) : eventErrors(event, 'reportingController'),
    validateUpdate: updateErrors,
    fields: {
      'regarding.kind': about('kind'),
      'regarding.namespace': about('namespace'),
      'regarding.name': about('name'),
      'regarding.uid': about('uid'),
      'regarding.apiVersion': about('apiVersion'),
      'regarding.resourceVersion': about('resourceVersion'),
      'regarding.fieldPath': about('fieldPath'),
      reason: ({ reason }) => reason ?? '',
      reportingController: ({ reportingComponent }) => reportingComponent ?? '',
      type: ({ type }) => type ?? '',
    },
  },
  { toStored, fromStored },
)
