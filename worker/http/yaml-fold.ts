/**
 * Long lines of YAML as go-yaml breaks them (`yaml_emitter_write_plain_scalar` and its two siblings, `best_width` 80): at
 * the first space beyond column 80, and on as deep as a value of the line's key. Texts in block style stay as they are.
 */
const WIDTH = 80

/** What stands before a line's value: indentation, dashes, a key. */
const LINE = /^( *)((?:- )*)((?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'|>][^:]*?(?::[^ ][^:]*?)*): )?(.*)$/

export function foldLong(yaml: string): string {
  if (!LONG.test(yaml)) return yaml
  let block: number | undefined
  const lines = yaml.split('\n').map((line) => {
    const [, spaces = '', dashes = '', key = '', value = ''] = LINE.exec(line) ?? []
    if (block !== undefined && (line === '' || spaces.length > block)) return line
    const column = spaces.length + dashes.length
    // An item that is a text belongs to its dash, any other value to its key.
    const parent = dashes !== '' && key === '' ? column - 2 : column
    block = /^[|>]/.test(value) ? parent : undefined
    if (line.length <= WIDTH || block !== undefined) return line
    return line.slice(0, line.length - value.length) + folded(value, column + [...key].length, parent + 2)
  })
  return lines.join('\n')
}
const LONG = new RegExp(`^.{${WIDTH + 1}}`, 'm')

/** One value in its quotes, which begins at `column`; its further lines begin at `indent`. */
function folded(value: string, column: number, indent: number): string {
  const [quote] = value
  const isQuoted = quote === '"' || quote === "'"
  const characters = [...value]
  const last = characters.length - (isQuoted ? 2 : 1)
  let at = column
  let text = ''
  for (const [i, character] of characters.entries()) {
    const next = characters[i + 1]
    const isFirst = isQuoted && i === 1
    const breaks = character === ' ' && characters[i - 1] !== ' ' && at > WIDTH && !isFirst && (!isQuoted || i < last)
    if (breaks && (quote === '"' || next !== ' ')) {
      text += `\n${' '.repeat(indent)}${quote === '"' && next === ' ' ? '\\' : ''}`
      at = indent
    } else {
      text += character
      at += 1
    }
  }
  return text
}
