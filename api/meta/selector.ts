import { badRequest } from './failures.ts'
import { Path, eachInvalid, type At, type FieldError, forbidden, invalidValue, required } from './field-error.ts'
import { goQuote } from './go-text.ts'
import { labelValueErrors, qualifiedNameErrors } from './names.ts'
import { compareText } from './go-text.ts'

/**
 * Label selectors. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 * Their text form is parsed in `selector-text.ts`.
 */
export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

export interface Requirement {
  readonly key: string
  readonly operator: Operator
  /** Sorted, each once. */
  readonly values: readonly string[]
}

/** All requirements hold. Without any it matches everything, unless it is the selector that matches nothing. */
export interface Selector {
  readonly requirements: readonly Requirement[]
  readonly nothing: boolean
}

/** metav1.LabelSelector. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: string
    readonly values?: readonly string[]
  }[]
}

export type Labels = Readonly<Record<string, string>> | undefined

export const EVERYTHING: Selector = { requirements: [], nothing: false }
/** What a missing LabelSelector means. */
export const NOTHING: Selector = { requirements: [], nothing: true }

const integer = (text: string): bigint | undefined => {
  if (!/^[-+]?\d+$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return value === BigInt.asIntN(64, value) ? value : undefined
}

function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const label = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return label !== undefined && values.includes(label)
    case '!=':
    case 'notin':
      return label === undefined || !values.includes(label)
    case 'exists':
      return label !== undefined
    case '!':
      return label === undefined
    case 'gt':
    case 'lt': {
      const [have, want] = [integer(label ?? ''), integer(values[0] ?? '')]
      if (have === undefined || want === undefined) return false
      return operator === 'gt' ? have > want : have < want
    }
    default:
      return operator satisfies never
  }
}

/** Whether an object with these labels is selected. */
export const matches = (selector: Selector, labels: Labels): boolean =>
  !selector.nothing && selector.requirements.every((requirement) => holds(requirement, labels))

/** Whether it selects everything. */
export const isEverything = (selector: Selector): boolean => !selector.nothing && selector.requirements.length === 0

function countErrors(operator: Operator, values: readonly string[], at: Path): FieldError[] {
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length > 0
        ? []
        : [invalidValue(at, values, "for 'in', 'notin' operators, values set can't be empty")]
    case 'gt':
    case 'lt':
      return [
        ...(values.length === 1
          ? []
          : [invalidValue(at, values, "for 'Gt', 'Lt' operators, exactly one value is required")]),
        ...values.flatMap((value, i) =>
          integer(value) === undefined
            ? [invalidValue(at.index(i), value, "for 'Gt', 'Lt' operators, the value must be an integer")]
            : [],
        ),
      ]
    default:
      return []
  }
}

/** Errors of a requirement (`labels.NewRequirement`), in Go's order. */
export function requirementErrors({ key, operator, values }: Requirement): FieldError[] {
  const keyErrors = qualifiedNameErrors(key)
  const at = Path.of('values')
  return [
    ...(keyErrors.length === 0 ? [] : [invalidValue('key', key, keyErrors.join('; '))]),
    ...countErrors(operator, values, at),
    ...values.flatMap((value, i) => {
      const messages = labelValueErrors(value)
      return messages.length === 0 ? [] : [invalidValue(at.index(i).key(key), value, messages.join('; '))]
    }),
  ]
}

const OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

export const byKey = (a: Requirement, b: Requirement): number => compareText(a.key, b.key)
export const valueSet = (values: readonly string[]): string[] => [...new Set(values)].sort(compareText)

/**
 * The selector of a LabelSelector object (`metav1.LabelSelectorAsSelector`): missing selects nothing, empty everything.
 * Throws 400 on an operator that does not exist; validation has refused the rest before.
 */
export function selectorOf(selector: LabelSelector | undefined | null): Selector {
  if (selector === undefined || selector === null) return NOTHING
  const requirements: Requirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: '=',
    values: [value],
  }))
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const known = OPERATORS[operator]
    if (known === undefined) throw badRequest(`${goQuote(operator)} is not a valid label selector operator`)
    requirements.push({ key, operator: known, values: valueSet(values ?? []) })
  }
  return { requirements: requirements.sort(byKey), nothing: false }
}

/** `spec.selector` of a Service: all of these labels, and none at all selects nothing. */
export const selectorOfSet = (labels: Labels): Selector =>
  labels === undefined || Object.keys(labels).length === 0 ? NOTHING : selectorOf({ matchLabels: labels })

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`
    case 'gt':
      return `${key}>${values.join(',')}`
    case 'lt':
      return `${key}<${values.join(',')}`
    default:
      return `${key}${operator}${values.join(',')}`
  }
}

/** The text form: what Scale.status.selector and kubectl print. Both extremes print as nothing. */
export const formatSelector = (selector: Selector): string => selector.requirements.map(formatRequirement).join(',')

/** `ValidateLabels`: keys and values of a label map. */
export function labelErrors(labels: Labels, at: At): FieldError[] {
  const errors: FieldError[] = []
  for (const key in labels) {
    const value = labels[key] ?? ''
    errors.push(...eachInvalid(at, key, qualifiedNameErrors(key)), ...eachInvalid(at, value, labelValueErrors(value)))
  }
  return errors
}

/** `ValidateLabelSelector` of apimachinery. `anyLabelValue`: values of expressions are those of an old object. */
export function labelSelectorErrors(
  selector: LabelSelector | undefined | null,
  at: Path,
  { anyLabelValue = false }: { readonly anyLabelValue?: boolean } = {},
): FieldError[] {
  if (selector === undefined || selector === null) return []
  const errors = labelErrors(selector.matchLabels, at.child('matchLabels'))
  selector.matchExpressions?.forEach(({ key, operator, values = [] }, i) => {
    const here = at.child('matchExpressions').index(i)
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) {
        errors.push(required(here.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"))
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) {
        const why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        errors.push(forbidden(here.child('values'), why))
      }
    } else {
      errors.push(invalidValue(here.child('operator'), operator, 'not a valid selector operator'))
    }
    errors.push(...eachInvalid(here.child('key'), key, qualifiedNameErrors(key)))
    if (anyLabelValue) return
    values.forEach((value, j) => {
      errors.push(...eachInvalid(here.child('values').index(j), value, labelValueErrors(value)))
    })
  })
  return errors
}
