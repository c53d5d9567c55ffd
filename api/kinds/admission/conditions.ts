import { type FieldError, type Path, duplicate, eachInvalid, required, tooMany } from '../../meta/field-error.ts'
import { qualifiedNameErrors } from '../../meta/names.ts'
import type { MatchCondition } from '../../schema/types.generated.ts'

export const FAILURE_POLICIES = ['Fail', 'Ignore']
export const MATCH_POLICIES = ['Equivalent', 'Exact']

/** `validateMatchConditions`, all but the expressions themselves, which podo does not compile. */
export function conditionErrors(conditions: readonly MatchCondition[], at: Path): FieldError[] {
  const seen = new Set<string>()
  return [
    ...(conditions.length > 64 ? [tooMany(at, conditions.length, 64)] : []),
    ...conditions.flatMap(({ name = '', expression = '' }, i) => {
      const here = at.index(i)
      const errors: FieldError[] = expression.trim() === '' ? [required(here.child('expression'))] : []
      if (name === '') return [...errors, required(here.child('name'))]
      errors.push(...eachInvalid(here.child('name'), name, qualifiedNameErrors(name)))
      if (seen.has(name)) errors.push(duplicate(here.child('name'), name))
      seen.add(name)
      return errors
    }),
  ]
}
