import { spawn } from 'node:child_process'

export interface CommandResult {
  code: number
  stdout: string
  stderr: string
}
/** Runs a program of the machine to its end. A program that is not installed gives code 127. */
export type RunCommand = (command: string, args: readonly string[], stdin?: string) => Promise<CommandResult>

export const runCommand: RunCommand = (command, args, stdin = '') =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: 30_000 })
    const outputs = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (outputs.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (outputs.stderr += chunk.toString()))
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => resolve({ code: 127, stdout: '', stderr: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, ...outputs }))
    child.stdin.end(stdin)
  })

/** The same, throwing what the program said where it fails. */
export async function runOrThrow(
  run: RunCommand,
  command: string,
  args: readonly string[],
  stdin?: string,
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, stdin)
  if (code === 127) throw new Error(`${command} is not installed on this machine`)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.trim()}`)
  return stdout
}
