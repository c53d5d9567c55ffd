import {
  type FieldError,
  Path,
  duplicate,
  eachInvalid,
  invalidValue,
  notSupported,
  required,
} from '../../meta/field-error.ts'
import { dns1035LabelErrors, dnsSubdomainErrors, portErrors } from '../../meta/names.ts'
import { type LabelSelector, labelSelectorErrors } from '../../meta/selector.ts'
import type { MutatingWebhook, ServiceReference, ValidatingWebhook } from '../../schema/types.generated.ts'
import { FAILURE_POLICIES, MATCH_POLICIES, conditionErrors } from './conditions.ts'
import { ruleErrors } from './rules.ts'

/** Webhook configurations: pkg/apis/admissionregistration/validation and k8s.io/apiserver/pkg/util/webhook. */

export type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>

const REVIEWS = ['v1', 'v1beta1']
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown']
const REINVOCATIONS = ['IfNeeded', 'Never']
const WEBHOOKS = Path.of('webhooks')

/** What older objects may keep (`validationOptions`). */
interface Ratchet {
  readonly sideEffects: boolean
  readonly unknownReviews: boolean
  readonly sameNames: boolean
  readonly labelValues: boolean
  readonly conditions: boolean
}
const STRICT: Ratchet = {
  sideEffects: false,
  unknownReviews: false,
  sameNames: false,
  labelValues: false,
  conditions: false,
}

/** `IsFullyQualifiedName`: at least three labels. */
function nameErrors(name: string, at: Path): FieldError[] {
  if (name === '') return [required(at)]
  const errors = eachInvalid(at, name, dnsSubdomainErrors(name))
  if (errors.length > 0) return errors
  if (name.split('.').length >= 3) return []
  return [invalidValue(at, name, 'should be a domain with at least three segments separated by dots')]
}

const FORM = '; desired format: https://host[/path]'

/** What Go's net/url takes apart, or why it cannot: only what a webhook's address can be wrong in. */
function urlErrors(text: string, at: Path): FieldError[] {
  const [, scheme = '', rest = text] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text) ?? []
  const failed = (why: string) => [
    required(at, `url must be a valid URL: parse ${JSON.stringify(text)}: ${why}${FORM}`),
  ]
  if (/\p{Cc}/u.test(text)) return failed('net/url: invalid control character in URL')
  if (text.startsWith(':')) return failed('missing protocol scheme')
  const [beforeFragment = '', fragment = ''] = split(rest, '#')
  const [beforeQuery = '', query = ''] = split(beforeFragment, '?')
  const authority = beforeQuery.startsWith('//') ? (/^\/\/([^/]*)/.exec(beforeQuery)?.[1] ?? '') : ''
  const at2 = authority.lastIndexOf('@')
  const host = authority.slice(at2 + 1)
  const port = /:([^\]:]*)$/.exec(host)?.[1]
  if (port !== undefined && !/^\d*$/.test(port)) return failed(`invalid port ${JSON.stringify(`:${port}`)} after host`)
  const errors: FieldError[] = []
  if (scheme !== 'https') {
    errors.push(invalidValue(at, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`))
  }
  if (host === '') errors.push(invalidValue(at, host, `host must be provided${FORM}`))
  if (at2 >= 0) errors.push(invalidValue(at, authority.slice(0, at2), 'user information is not permitted in the URL'))
  if (fragment !== '') errors.push(invalidValue(at, fragment, 'fragments are not permitted in the URL'))
  if (query !== '') errors.push(invalidValue(at, query, 'query parameters are not permitted in the URL'))
  return errors
}

function split(text: string, by: string): [string, string] {
  const at = text.indexOf(by)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function pathErrors(path: string, at: Path): FieldError[] {
  if (path === '' || path === '/') return []
  if (path === '//') return [invalidValue(at, path, 'segment[0] may not be empty')]
  const errors = path.startsWith('/') ? [] : [invalidValue(at, path, "must start with a '/'")]
  path
    .slice(1)
    .replace(/\/$/, '')
    .split('/')
    .forEach((step, i) => {
      if (step === '') errors.push(invalidValue(at, path, `segment[${i}] may not be empty`))
      else errors.push(...dnsSubdomainErrors(step).map((why) => invalidValue(at, path, `segment[${i}]: ${why}`)))
    })
  return errors
}

/**
 * `ValidateWebhookService`. Kubernetes hands it name and namespace the wrong way round, so a missing namespace is told as
 * a missing name; what clients read is this.
 */
export function serviceErrors({ name, namespace, path, port = 443 }: ServiceReference, at: Path): FieldError[] {
  const wrong = portErrors(port).join(', ')
  return [
    ...(namespace ? [] : [required(at.child('name'), 'service name is required')]),
    ...(name ? [] : [required(at.child('namespace'), 'service namespace is required')]),
    ...(wrong === '' ? [] : [invalidValue(at.child('port'), port, `port is not valid: ${wrong}`)]),
    ...(path === undefined ? [] : pathErrors(path, at.child('path'))),
  ]
}

function clientErrors({ url, service }: ValidatingWebhook['clientConfig'], at: Path): FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [required(at, 'exactly one of url or service is required')]
  }
  return url === undefined
    ? serviceErrors(service ?? { name: '', namespace: '' }, at.child('service'))
    : urlErrors(url, at.child('url'))
}

/** Versions of AdmissionReview that the webhook understands: one must be known here. */
function reviewErrors(versions: readonly string[], old: Ratchet, at: Path): FieldError[] {
  const known = REVIEWS.join(', ')
  if (versions.length === 0) return [required(at, `must specify one of ${known}`)]
  const errors = versions.flatMap((version, i) =>
    versions.indexOf(version) < i
      ? [invalidValue(at.index(i), version, 'duplicate version')]
      : eachInvalid(at.index(i), version, dns1035LabelErrors(version)),
  )
  if (!old.unknownReviews && !versions.some((version) => REVIEWS.includes(version))) {
    errors.push(invalidValue(at, versions, `must include at least one of ${known}`))
  }
  return errors
}

function sideEffectErrors(effects: string | null | undefined, old: Ratchet, at: Path): FieldError[] {
  const allowed = old.sideEffects ? SIDE_EFFECTS : NO_SIDE_EFFECTS
  if (effects === null || effects === undefined) return [required(at, `must specify one of ${allowed.join(', ')}`)]
  return allowed.includes(effects) ? [] : [notSupported(at, effects, allowed)]
}

const VALUE = /matchExpressions\[\d+\]\.values\[\d+\]$/

function selectorErrors(selector: LabelSelector | undefined, old: Ratchet, at: Path): FieldError[] {
  const errors = labelSelectorErrors(selector, at)
  return old.labelValues ? errors.filter(({ field }) => !VALUE.test(field)) : errors
}

const oneOf = (value: string | undefined, allowed: readonly string[], at: Path): FieldError[] =>
  value === undefined || allowed.includes(value) ? [] : [notSupported(at, value, allowed)]

function webhookErrors(hook: Webhook, old: Ratchet, at: Path): FieldError[] {
  const { timeoutSeconds: timeout, rules = [] } = hook
  const late = 'the timeout value must be between 1 and 30 seconds'
  return [
    ...nameErrors(hook.name ?? '', at.child('name')),
    ...rules.flatMap((rule, i) => ruleErrors(rule, at.child('rules').index(i))),
    ...oneOf(hook.failurePolicy, FAILURE_POLICIES, at.child('failurePolicy')),
    ...oneOf(hook.matchPolicy, MATCH_POLICIES, at.child('matchPolicy')),
    ...sideEffectErrors(hook.sideEffects, old, at.child('sideEffects')),
    ...(timeout !== undefined && (timeout > 30 || timeout < 1)
      ? [invalidValue(at.child('timeoutSeconds'), timeout, late)]
      : []),
    ...selectorErrors(hook.namespaceSelector, old, at.child('namespaceSelector')),
    ...selectorErrors(hook.objectSelector, old, at.child('objectSelector')),
    ...oneOf(hook.reinvocationPolicy, REINVOCATIONS, at.child('reinvocationPolicy')),
    ...clientErrors(hook.clientConfig ?? {}, at.child('clientConfig')),
    ...(old.conditions ? [] : conditionErrors(hook.matchConditions ?? [], at.child('matchConditions'))),
    ...reviewErrors(hook.admissionReviewVersions ?? [], old, at.child('admissionReviewVersions')),
  ]
}

const repeated = (hooks: readonly Webhook[], i: number): boolean =>
  hooks.findIndex(({ name }) => name === hooks[i]?.name) < i

function ratchetOf(hooks: readonly Webhook[], old: readonly Webhook[]): Ratchet {
  const badSelector = ({ namespaceSelector, objectSelector }: Webhook): boolean =>
    labelSelectorErrors(namespaceSelector, WEBHOOKS).length + labelSelectorErrors(objectSelector, WEBHOOKS).length > 0
  const unread = ({ admissionReviewVersions: versions = [] }: Webhook): boolean =>
    versions.length > 0 && !versions.some((version) => REVIEWS.includes(version))
  return {
    sideEffects: old.some(({ sideEffects }) => !NO_SIDE_EFFECTS.includes(sideEffects ?? '')),
    unknownReviews: old.some(unread),
    sameNames: old.some((_, i) => repeated(old, i)),
    labelValues: old.some(badSelector),
    conditions:
      hooks.length === old.length &&
      hooks.every((hook, i) => JSON.stringify(hook.matchConditions) === JSON.stringify(old[i]?.matchConditions)),
  }
}

/** `ValidateValidatingWebhookConfiguration`, its mutating twin, and both of an update where `old` is given. */
export function webhooksErrors(hooks: readonly Webhook[] = [], old?: readonly Webhook[]): FieldError[] {
  const ratchet = old === undefined ? STRICT : ratchetOf(hooks, old)
  return hooks.flatMap((hook, i) => [
    ...webhookErrors(hook, ratchet, WEBHOOKS.index(i)),
    ...(!ratchet.sameNames && hook.name && repeated(hooks, i)
      ? [duplicate(WEBHOOKS.index(i).child('name'), hook.name)]
      : []),
  ])
}
