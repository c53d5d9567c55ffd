import { type FieldError, Path, forbidden, invalidValue, notSupported, required } from '../meta/field-error.ts'
import type {
  LimitResponse,
  LimitedPriorityLevelConfiguration,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { conditionTypeErrors } from './flow-control/conditions.ts'
import { MANDATORY_LEVELS } from './flow-control/defaults.ts'
import { internal } from './internal.ts'
import { same } from './same.ts'

const SPEC = Path.of('spec')
const MAX_QUEUES = 10_000_000
/** `shufflesharding.MaxHashBits`. */
const MAX_BITS = 60
const PERCENT = 'must be between 0 and 100, inclusive'

const percentErrors = (percent: number | undefined, at: Path): FieldError[] =>
  percent !== undefined && (percent < 0 || percent > 100) ? [invalidValue(at, percent, PERCENT)] : []

const sharesErrors = (shares: number | null | undefined, at: Path): FieldError[] =>
  (shares ?? 0) < 0 ? [invalidValue(at, shares, 'must be a non-negative integer')] : []

/** `shufflesharding.RequiredEntropyBits`: what it takes to deal a hand out of the deck. */
function entropyBits(deck: number, hand: number): number {
  let bits = 0
  for (let i = 0; i < hand && bits <= MAX_BITS; i++) bits += Math.log2(deck - i)
  return Math.ceil(bits)
}

function handErrors({ queues, handSize }: QueuingConfiguration, at: Path): FieldError[] {
  if (handSize <= 0) return [invalidValue(at, handSize, 'must be positive')]
  if (handSize > queues) return [invalidValue(at, handSize, `should not be greater than queues (${queues})`)]
  if (entropyBits(queues, handSize) <= MAX_BITS) return []
  const why = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_BITS}`
  return [invalidValue(at, handSize, why)]
}

/** `ValidatePriorityLevelQueuingConfiguration`. */
function queuingErrors(of: QueuingConfiguration, at: Path): FieldError[] {
  const { queues, queueLengthLimit: limit } = of
  const errors: FieldError[] = []
  if (limit <= 0) errors.push(invalidValue(at.child('queueLengthLimit'), limit, 'must be positive'))
  if (queues <= 0) errors.push(invalidValue(at.child('queues'), queues, 'must be positive'))
  else if (queues > MAX_QUEUES) {
    errors.push(invalidValue(at.child('queues'), queues, `must not be greater than ${MAX_QUEUES}`))
  }
  return [...errors, ...handErrors(of, at.child('handSize'))]
}

function responseErrors({ type = '', queuing }: LimitResponse, at: Path): FieldError[] {
  const here = at.child('queuing')
  if (type === 'Reject') {
    return queuing === undefined ? [] : [forbidden(here, 'must be nil if limited.limitResponse.type is not Limited')]
  }
  if (type !== 'Queue') return [notSupported(at.child('type'), type, ['Queue', 'Reject'])]
  if (queuing === undefined) return [required(here, 'must not be empty if limited.limitResponse.type is Limited')]
  return queuingErrors(queuing, here)
}

function limitedErrors(of: LimitedPriorityLevelConfiguration, at: Path): FieldError[] {
  const borrowing = of.borrowingLimitPercent
  return [
    ...sharesErrors(of.nominalConcurrencyShares, at.child('nominalConcurrencyShares')),
    ...responseErrors(of.limitResponse ?? { type: '' }, at.child('limitResponse')),
    ...percentErrors(of.lendablePercent, at.child('lendablePercent')),
    ...(borrowing !== undefined && borrowing < 0
      ? [invalidValue(at.child('borrowingLimitPercent'), borrowing, 'if specified, must be a non-negative integer')]
      : []),
  ]
}

/** `ValidatePriorityLevelConfigurationSpec`. */
function specErrors({ type = '', limited, exempt }: PriorityLevelConfigurationSpec, name: string): FieldError[] {
  const errors: FieldError[] = []
  if ((name === 'exempt') !== (type === 'Exempt')) {
    errors.push(invalidValue(SPEC.child('type'), type, "type must be 'Exempt' if and only if name is 'exempt'"))
  }
  if (type === 'Exempt') {
    const at = SPEC.child('exempt')
    if (limited !== undefined) errors.push(forbidden(SPEC.child('limited'), 'must be nil if the type is not Limited'))
    errors.push(...sharesErrors(exempt?.nominalConcurrencyShares, at.child('nominalConcurrencyShares')))
    return [...errors, ...percentErrors(exempt?.lendablePercent, at.child('lendablePercent'))]
  }
  if (type !== 'Limited') return [...errors, notSupported(SPEC.child('type'), type, ['Exempt', 'Limited'])]
  if (exempt !== undefined) errors.push(forbidden(SPEC.child('exempt'), 'must be nil if the type is Limited'))
  const at = SPEC.child('limited')
  if (limited === undefined) return [...errors, required(at, 'must not be empty when type is Limited')]
  return [...errors, ...limitedErrors(limited, at)]
}

/** A mandatory level is as it is; only the shares of `exempt` are the operator's. */
function fixedErrors({ metadata: { name }, spec }: PriorityLevelConfiguration): FieldError[] {
  const wanted = MANDATORY_LEVELS[name]
  if (wanted === undefined) return []
  const free = name === 'exempt' ? { ...spec, exempt: wanted.exempt } : spec
  if (same(free, wanted)) return []
  return [
    invalidValue(
      SPEC,
      internal('PriorityLevelConfigurationSpec', spec),
      `spec of '${name}' must equal the fixed value`,
    ),
  ]
}

const statusErrors = ({ status }: PriorityLevelConfiguration): FieldError[] =>
  conditionTypeErrors(status?.conditions ?? [])

export const prioritylevelconfigurations = declare<PriorityLevelConfiguration>(
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  {
    validate: (object) => [
      ...specErrors(object.spec, object.metadata.name),
      ...fixedErrors(object),
      ...statusErrors(object),
    ],
    validateStatus: statusErrors,
  },
)
