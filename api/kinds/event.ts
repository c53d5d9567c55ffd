import { type FieldError, eachInvalid, invalidValue, required } from '../meta/field-error.ts'
import { byteLength } from '../meta/go-text.ts'
import { dnsSubdomainErrors, pathSegmentErrors, qualifiedNameErrors } from '../meta/names.ts'
import type { Event } from '../schema/types.generated.ts'
import { declare } from './declare.ts'

const MISMATCH = 'does not match event.namespace'

/** Events of the old form, without eventTime, may come from the namespace `default` for objects that have none. */
function namespaceErrors({ metadata, involvedObject, eventTime }: Event): FieldError[] {
  const own = metadata.namespace ?? ''
  const about = involvedObject?.namespace ?? ''
  const wrong = [invalidValue('involvedObject.namespace', about, MISMATCH)]
  if (eventTime) return about === '' && own !== 'default' && own !== 'kube-system' ? wrong : []
  if (about === '') return own === '' || own === 'default' ? [] : wrong
  return own === about ? [] : wrong
}

function text(field: string, value: string | undefined, most: number): FieldError[] {
  if (!value) return [required(field)]
  return byteLength(value) > most ? [invalidValue(field, '', `can have at most ${most} characters`)] : []
}

/**
 * `legacyValidateEvent` of pkg/apis/core/validation/events.go: all that the core group's Events are checked for.
 * `controller` is what the version calls who reports.
 */
export function eventErrors(event: Event, controller: string): FieldError[] {
  const errors = namespaceErrors(event)
  if (event.eventTime) {
    const component = event.reportingComponent ?? ''
    if (component === '') errors.push(required(controller))
    errors.push(
      ...eachInvalid(controller, component, qualifiedNameErrors(component)),
      ...text('reportingInstance', event.reportingInstance, 128),
      ...text('action', event.action, 128),
      ...text('reason', event.reason, 128),
    )
    if (byteLength(event.message ?? '') > 1024) {
      errors.push(invalidValue('message', '', 'can have at most 1024 characters'))
    }
  }
  const namespace = event.metadata.namespace ?? ''
  return [...errors, ...eachInvalid('namespace', namespace, dnsSubdomainErrors(namespace))]
}

const about =
  (field: 'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath') =>
  ({ involvedObject }: Event): string =>
    involvedObject?.[field] ?? ''

export const events = declare<Event>('events', {
  validateName: pathSegmentErrors,
  validate: (event) => eventErrors(event, 'reportingComponent'),
  fields: {
    'involvedObject.kind': about('kind'),
    'involvedObject.namespace': about('namespace'),
    'involvedObject.name': about('name'),
    'involvedObject.uid': about('uid'),
    'involvedObject.apiVersion': about('apiVersion'),
    'involvedObject.resourceVersion': about('resourceVersion'),
    'involvedObject.fieldPath': about('fieldPath'),
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: ({ source, reportingComponent }) => source?.component || reportingComponent || '',
    type: ({ type }) => type ?? '',
  },
})
