export type Level = 'info' | 'warn' | 'error'
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, string | number | boolean>>) => void

/**
 * Lines on stderr: for people on a terminal, one JSON document a line otherwise. Callers pass nothing secret: no
 * credential, no value of a Secret, no environment.
 */
export function makeLog(write: (line: string) => void, plain: boolean, now: () => number): Log {
  return (level, message, fields = {}) => {
    const time = new Date(now()).toISOString()
    if (!plain) {
      write(`${JSON.stringify({ time, level, message, ...fields })}\n`)
      return
    }
    const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`)
    write(`${time.slice(11, 19)} ${level === 'info' ? '' : `${level}: `}${message}${rest.join('')}\n`)
  }
}
