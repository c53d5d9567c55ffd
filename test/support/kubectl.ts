import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

export interface Kubectl {
  /** `1.32` */
  readonly version: string
  readonly path: string
}

export interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}

/**
 * Every kubectl of this machine: the one of the PATH and those that stand beside it (`kubectl.1.27` …), oldest first.
 * Throws where there is none: a test without kubectl proves nothing.
 */
export function kubectls(): Kubectl[] {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'kubectl'))
    .find((file) => existsSync(file))
  if (found === undefined) throw new Error('no kubectl on the PATH: these tests drive the real one, so install it')
  const folder = dirname(realpathSync(found))
  const beside = readdirSync(folder)
    .map((name) => ({ name, version: /^kubectl\.(1\.\d+)$/.exec(name)?.[1] }))
    .filter((file): file is { name: string; version: string } => file.version !== undefined)
    .map(({ name, version }) => ({ version, path: join(folder, name) }))
    .sort((a, b) => minor(a.version) - minor(b.version))
  const onPath = { version: versionOf(found), path: found }
  // The PATH's own may be one of them, or a dispatcher in front of them: it is run as it is, in its version's place.
  return [...beside.filter(({ version }) => version !== onPath.version), onPath].sort(
    (a, b) => minor(a.version) - minor(b.version),
  )
}

function versionOf(path: string): string {
  const text = execFileSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' })
  const found = /"gitVersion": "v(1\.\d+)/.exec(text)?.[1]
  if (found === undefined) throw new Error(`${path} does not say its version: ${text}`)
  return found
}

/** The newest kubectl here: for tests whose subject is not kubectl. */
export const newest = (): Kubectl => kubectls().at(-1) as Kubectl // kubectls() never answers an empty list

export const minor = (version: string): number => Number(version.split('.')[1] ?? 0)

export interface RunOptions {
  readonly stdin?: string
  readonly timeout?: number
  readonly env?: Readonly<Record<string, string>>
}

/** Runs it to its end; a non-zero exit is an answer. Past the timeout it is killed and the code is 124. */
export function kubectl(
  binary: Kubectl,
  kubeconfig: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  return new Promise((done) => {
    const child = spawn(binary.path, args, {
      env: { PATH: process.env['PATH'], HOME: dirname(kubeconfig), KUBECONFIG: kubeconfig, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    let late = false
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    const timer = setTimeout(() => ((late = true), child.kill('SIGKILL')), options.timeout ?? 60_000)
    child.on('error', (error) => (err += error.message))
    child.on('close', (code) => {
      clearTimeout(timer)
      done({ code: late ? 124 : (code ?? 1), out, err })
    })
    child.stdin.end(options.stdin ?? '')
  })
}

/** A kubectl that goes on until ended, with what it has printed so far. */
export function following(
  binary: Kubectl,
  kubeconfig: string,
  args: readonly string[],
): { text(): string; end(): void } {
  const child = spawn(binary.path, args, {
    env: { PATH: process.env['PATH'], HOME: dirname(kubeconfig), KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return { text: () => text, end: () => void child.kill('SIGKILL') }
}
