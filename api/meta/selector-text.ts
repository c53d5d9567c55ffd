import { aggregate, badRequest } from './failures.ts'
import { invalidValue } from './field-error.ts'
import { qualifiedNameErrors } from './names.ts'
import { type Operator, type Requirement, type Selector, byKey, requirementErrors, valueSet } from './selector.ts'

/**
 * The text form of label selectors (`app=web,tier in (a,b),!old`). Grammar and messages are those of
 * k8s.io/apimachinery/pkg/labels/selector.go.
 */
type Token = 'identifier' | 'end' | ')' | '(' | ',' | '!' | '==' | '=' | '!=' | '>' | '<' | 'in' | 'notin' | 'error'
interface Item {
  readonly token: Token
  readonly text: string
}

const SYMBOLS: Readonly<Record<string, Token>> = {
  ')': ')',
  '(': '(',
  ',': ',',
  '!': '!',
  '==': '==',
  '=': '=',
  '!=': '!=',
  '>': '>',
  '<': '<',
}

/** The longest known symbol at the start of a run of special characters. */
function symbolAt(text: string, at: number): Item {
  let found: Item | undefined
  let end = at
  while (end < text.length && /[=!(),<>]/.test(text[end] ?? '')) {
    end++
    const run = text.slice(at, end)
    const token = SYMBOLS[run]
    if (token !== undefined) found = { token, text: run }
    else if (found !== undefined) break
  }
  return found ?? { token: 'error', text: `error expected: keyword found '${text.slice(at, end)}'` }
}

function tokens(text: string): Item[] {
  const items: Item[] = []
  let at = 0
  for (;;) {
    while (at < text.length && /[ \t\r\n]/.test(text[at] ?? '')) at++
    const character = text[at]
    if (character === undefined || character === '\0') return [...items, { token: 'end', text: '' }]
    if (/[=!(),<>]/.test(character)) {
      const item = symbolAt(text, at)
      items.push(item)
      at += item.token === 'error' ? 1 : item.text.length
      continue
    }
    const word = /^[^=!(),<> \t\r\n\0]+/.exec(text.slice(at))?.[0] ?? ''
    at += word.length
    items.push({ token: word === 'in' || word === 'notin' ? word : 'identifier', text: word })
  }
}

class SelectorSyntaxError extends Error {}
const fail = (message: string): never => {
  throw new SelectorSyntaxError(message)
}

const OPERATORS: Readonly<Partial<Record<Token, Operator>>> = {
  in: 'in',
  '=': '=',
  '==': '==',
  '>': 'gt',
  '<': 'lt',
  notin: 'notin',
  '!=': '!=',
}
const EXPECTED_OPERATORS = 'in, notin, =, ==, !=, gt, lt'

class Parser {
  #at = 0
  readonly #items: readonly Item[]
  constructor(items: readonly Item[]) {
    this.#items = items
  }

  /** `in` and `notin` are words like any other where an operator cannot stand. */
  peek(): Item {
    const item = this.#items[this.#at] ?? { token: 'end', text: '' }
    return item.token === 'in' || item.token === 'notin' ? { ...item, token: 'identifier' } : item
  }
  take(): Item {
    const item = this.peek()
    this.#at++
    return item
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = []
    for (;;) {
      const next = this.peek()
      if (next.token === 'end') return requirements
      if (next.token !== 'identifier' && next.token !== '!') {
        fail(`found '${next.text}', expected: !, identifier, or 'end of string'`)
      }
      requirements.push(this.whole())
      const after = this.take()
      if (after.token === 'end') return requirements
      if (after.token !== ',') fail(`found '${after.text}', expected: ',' or 'end of string'`)
      const following = this.peek()
      if (following.token !== 'identifier' && following.token !== '!') {
        fail(`found '${following.text}', expected: identifier after ','`)
      }
    }
  }

  whole(): Requirement {
    try {
      return this.requirement()
    } catch (error) {
      if (error instanceof SelectorSyntaxError) fail(`unable to parse requirement: ${error.message}`)
      throw error
    }
  }

  requirement(): Requirement {
    const negated = this.peek().token === '!'
    if (negated) this.take()
    const { token, text: key } = this.take()
    if (token !== 'identifier') fail(`found '${key}', expected: identifier`)
    const messages = qualifiedNameErrors(key)
    if (messages.length > 0) fail(aggregate([invalidValue('<nil>', key, messages.join('; '))]))
    const next = this.peek().token
    if (negated) return checked({ key, operator: '!', values: [] })
    if (next === 'end' || next === ',') return checked({ key, operator: 'exists', values: [] })
    const operator = this.operator()
    const values = operator === 'in' || operator === 'notin' ? this.values() : this.exactValue()
    return checked({ key, operator, values: valueSet(values) })
  }

  operator(): Operator {
    const item = this.#items[this.#at++] ?? { token: 'end', text: '' }
    return OPERATORS[item.token] ?? fail(`found '${item.text}', expected: ${EXPECTED_OPERATORS}`)
  }

  values(): string[] {
    const open = this.take()
    if (open.token !== '(') fail(`found '${open.text}' expected: '('`)
    const next = this.peek()
    if (next.token === ')') {
      this.take()
      return ['']
    }
    if (next.token !== 'identifier' && next.token !== ',') {
      fail(`found '${next.text}', expected: ',', ')' or identifier`)
    }
    const values = this.list()
    if (this.take().token !== ')') fail(`found '${next.text}', expected: ')'`)
    return values
  }

  list(): string[] {
    const values: string[] = []
    for (;;) {
      const { token, text } = this.take()
      const next = this.peek()
      if (token === 'identifier') {
        values.push(text)
        if (next.token === ')') return values
        if (next.token !== ',') fail(`found '${next.text}', expected: ',' or ')'`)
      } else if (token === ',') {
        if (values.length === 0) values.push('')
        if (next.token === ')') return [...values, '']
        if (next.token === ',') values.push('')
      } else {
        fail(`found '${text}', expected: ',', or identifier`)
      }
    }
  }

  exactValue(): string[] {
    const next = this.peek().token
    if (next === 'end' || next === ',') return ['']
    const { token, text } = this.take()
    return token === 'identifier' ? [text] : fail(`found '${text}', expected: identifier`)
  }
}

function checked(requirement: Requirement): Requirement {
  const errors = requirementErrors(requirement)
  return errors.length === 0 ? requirement : fail(aggregate(errors))
}

/** Parses; throws 400 with Kubernetes' message. An empty text selects everything. */
export function parseLabelSelector(text: string): Selector {
  try {
    return { requirements: new Parser(tokens(text)).parse().sort(byKey), nothing: false }
  } catch (error) {
    if (error instanceof SelectorSyntaxError) throw badRequest(error.message)
    throw error
  }
}
