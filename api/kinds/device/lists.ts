import { type FieldError, type Path, duplicate, tooMany } from '../../meta/field-error.ts'

type Judge<T> = (item: T, at: Path) => FieldError[]

/** `validateSlice` of pkg/apis/resource/validation: a list that is too long is not looked into. */
export function listErrors<T>(
  list: readonly T[] | null | undefined,
  most: number,
  judge: Judge<T>,
  at: Path,
): FieldError[] {
  const items = list ?? []
  if (items.length > most) return [tooMany(at, items.length, most)]
  return items.flatMap((item, i) => judge(item, at.index(i)))
}

/** `validateSet`: the same, and no key twice. */
export function setErrors<T>(
  list: readonly T[] | null | undefined,
  most: number,
  judge: Judge<T>,
  key: (item: T) => unknown,
  at: Path,
): FieldError[] {
  const items = list ?? []
  const errors = listErrors(items, most, judge, at)
  if (items.length > most) return errors
  const seen = new Set<string>()
  items.forEach((item, i) => {
    const text = JSON.stringify(key(item))
    if (seen.has(text)) errors.push(duplicate(at.index(i), key(item)))
    seen.add(text)
  })
  return errors
}
