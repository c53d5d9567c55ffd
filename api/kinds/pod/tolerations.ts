import { type FieldError, type Path, eachInvalid, invalidValue, notSupported } from '../../meta/field-error.ts'
import { labelValueErrors, qualifiedNameErrors } from '../../meta/names.ts'
import type { Toleration } from '../../schema/types.generated.ts'
import { same } from '../same.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

function operator({ operator: of = '', value = '' }: Toleration, at: Path, errors: FieldError[]): void {
  if (of === 'Equal' || of === '') {
    const wrong = labelValueErrors(value)
    if (wrong.length > 0) errors.push(invalidValue(at, value, wrong.join(';')))
  } else if (of === 'Exists') {
    if (value !== '') errors.push(invalidValue(at, value, "value must be empty when `operator` is 'Exists'"))
  } else {
    // TaintTolerationComparisonOperators is off, but the text names its operators to who asks for one of them.
    const comparing = of === 'Lt' || of === 'Gt'
    errors.push(notSupported(at, of, comparing ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists']))
  }
}

/** `ValidateTolerations`. */
export function tolerations(list: readonly Toleration[], at: Path, errors: FieldError[]): void {
  list.forEach((toleration, i) => {
    const { key = '', effect = '', tolerationSeconds } = toleration
    const here = at.index(i)
    if (key !== '') errors.push(...eachInvalid(here.child('key'), key, qualifiedNameErrors(key)))
    else if (toleration.operator !== 'Exists') {
      const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      errors.push(invalidValue(here.child('operator'), toleration.operator ?? '', why))
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      const why = "effect must be 'NoExecute' when `tolerationSeconds` is set"
      errors.push(invalidValue(here.child('effect'), effect, why))
    }
    operator(toleration, here.child('operator'), errors)
    if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(here.child('effect'), effect, EFFECTS))
  })
}

/** Whether `wide` tolerates all that `narrow` does: isSuperset of pkg/util/tolerations. */
function covers(wide: Toleration, narrow: Toleration): boolean {
  if (same(wide, narrow)) return true
  const anyKey = !wide.key && wide.operator === 'Exists'
  if ((wide.key ?? '') !== (narrow.key ?? '') && !anyKey) return false
  if (wide.effect && wide.effect !== narrow.effect) return false
  const [most, asked] = [wide.tolerationSeconds, narrow.tolerationSeconds]
  if (wide.effect === 'NoExecute' && most !== undefined && (asked === undefined || asked > most)) return false
  if (wide.operator === 'Exists') return true
  return (narrow.operator || 'Equal') === 'Equal' && (wide.value ?? '') === (narrow.value ?? '')
}

/** Both lists, without what another one of them covers: `MergeTolerations`. */
export function mergedTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second]
  const merged: Toleration[] = []
  all.forEach((toleration, i) => {
    if (merged.some((kept) => covers(kept, toleration))) return
    const later = all.slice(i + 1).some((other) => !same(other, toleration) && covers(other, toleration))
    if (!later) merged.push(toleration)
  })
  return merged
}
