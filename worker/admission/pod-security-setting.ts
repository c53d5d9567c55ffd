import { type Policy, policyOf, type Version } from '../../api/pod-security/policy.ts'
import { formatFieldError } from '../../api/meta/field-error.ts'
import { type PodSecurity, UNEXEMPTED } from './pod-security.ts'

const MODES = ['enforce', 'audit', 'warn'] as const
const EXEMPT = ['usernames', 'runtimeClasses', 'namespaces'] as const

/**
 * The setting PODO_POD_SECURITY: Kubernetes' PodSecurityConfiguration as JSON, `defaults` and `exemptions` both optional.
 * https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/
 * Throws an Error that names what is wrong.
 */
export function podSecurityOf(setting: string | undefined): PodSecurity {
  const text = (setting ?? '').trim()
  if (text === '') return UNEXEMPTED
  const given = membersOf(parsed(text), ['apiVersion', 'kind', 'defaults', 'exemptions'], '')
  const defaults = membersOf(
    given['defaults'] ?? {},
    [...MODES, ...MODES.map((mode) => `${mode}-version`)],
    'defaults.',
  )
  const exemptions = membersOf(given['exemptions'] ?? {}, EXEMPT, 'exemptions.')
  const names = (of: (typeof EXEMPT)[number]): string[] => {
    const list = exemptions[of] ?? []
    if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return list
    throw wrong(`exemptions.${of} is no list of names`)
  }
  return {
    defaults: policy(defaults),
    exemptions: {
      usernames: names('usernames'),
      runtimeClasses: names('runtimeClasses'),
      namespaces: names('namespaces'),
    },
  }
}

const wrong = (why: string): Error => new Error(`PODO_POD_SECURITY is no PodSecurityConfiguration: ${why}`)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function membersOf(value: unknown, known: readonly string[], at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${at || 'it'} is no object`)
  const strange = Object.keys(value).find((name) => !known.includes(name))
  if (strange !== undefined) throw wrong(`unknown field ${at}${strange}`)
  return { ...value }
}

/** The words are those of a namespace's labels; a default of one mode is no default of another. */
function policy(defaults: Readonly<Record<string, unknown>>): Policy {
  const labels = Object.entries(defaults).map(([mode, value]) => [`pod-security.kubernetes.io/${mode}`, String(value)])
  const { policy: read, errors } = policyOf(Object.fromEntries(labels))
  if (errors.length > 0) throw wrong(errors.map(formatFieldError).join(', '))
  if (defaults['warn'] !== undefined) return read
  const version: Version = defaults['warn-version'] === undefined ? 'latest' : read.warn.version
  return { ...read, warn: { level: 'privileged', version } }
}
