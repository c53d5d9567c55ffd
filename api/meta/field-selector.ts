import { badRequest } from './failures.ts'
import { compareText } from './go-text.ts'

/**
 * Field selectors (`metadata.name=a,status.phase!=Running`). Model: k8s.io/apimachinery/pkg/fields/selector.go.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
 */
export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** Cuts at commas that no backslash escapes. */
function terms(text: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === ',') {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, text.slice(start)]
}

function unescape(text: string): string {
  const broken = /\\(?:[^\\,=]|$)/su.exec(text.replace(/\\[\\,=]/g, '  '))
  if (broken !== null) throw badRequest(`invalid field selector: invalid escape sequence: ${broken[0]}`)
  const bare = /[,=]/.exec(text.replace(/\\[\\,=]/g, '  '))
  // UnescapedRune prints the rune with %v: its number.
  if (bare !== null) {
    throw badRequest(`invalid field selector: unescaped character in value: ${bare[0].charCodeAt(0)}`)
  }
  return text.replace(/\\([\\,=])/g, '$1')
}

/** Parses; throws 400. Which fields a kind knows is decided by the kind (`fieldSelectorOf` in api/kinds). */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return terms(text)
    .sort(compareText)
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^(.*?)(!=|==|=)(.*)$/su.exec(term)
      if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
      const [, field = '', operator, value = ''] = match
      return { field, operator: operator === '!=' ? '!=' : '=', value: unescape(value) }
    })
}

/** Whether an object whose fields `read` tells is selected. */
export const fieldsMatch = (requirements: readonly FieldRequirement[], read: (field: string) => string): boolean =>
  requirements.every(({ field, operator, value }) => (read(field) === value) === (operator === '='))
