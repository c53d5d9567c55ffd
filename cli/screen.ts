import { styleText } from 'node:util'

/** Rows as kubectl prints them: columns padded to the longest cell, three spaces between. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)))
  return rows.map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('   '),
  )
}

/** Progress for people: one line a step. On a terminal a step that runs is shown as running. */
export interface Steps {
  say(line: string): void
  /** Runs the work under a name, with the time that it took. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>
}

export function steps(out: NodeJS.WriteStream): Steps {
  const say = (line: string): void => void out.write(`${line}\n`)
  return {
    say: (line) => say(`  ${line}`),
    async step(name, work) {
      const since = Date.now()
      if (out.isTTY) out.write(`${styleText('dim', '·')} ${name} …`)
      try {
        const result = await work()
        if (out.isTTY) out.write('\r\u001b[K')
        say(`${styleText('green', '✓')} ${name} ${styleText('dim', `(${((Date.now() - since) / 1000).toFixed(1)} s)`)}`)
        return result
      } catch (error) {
        if (out.isTTY) out.write('\r\u001b[K')
        say(`${styleText('red', '✗')} ${name}`)
        throw error
      }
    },
  }
}

/** Draws a block of lines in place of the one before; off a terminal it prints only what changed. */
export function liveBlock(out: NodeJS.WriteStream): (lines: readonly string[]) => void {
  let height = 0
  let last = ''
  return (lines) => {
    const text = lines.join('\n')
    if (text === last) return
    last = text
    if (out.isTTY && height > 0) out.write(`\u001b[${height}A\u001b[J`)
    out.write(`${text}\n`)
    height = lines.length
  }
}
