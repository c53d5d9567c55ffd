import { deferred } from '../deferred.ts'
import { Duplex, Readable, Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { DockerHttp } from './docker-http.ts'
import { demultiplex, raw } from './docker-stream.ts'
import type { DockerExec } from './docker-types.ts'
import { RuntimeError, type ExecSession, type ExecSpec } from './runtime.ts'

/** Docker's default keys, ctrl-p ctrl-q, would cut the session of someone who edits in it. */
const DETACH_KEYS = 'ctrl-@,ctrl-^,ctrl-@'

/** Milliseconds for the last output of a killed command. */
const LINGER = 500

export async function execSession(docker: DockerHttp, container: string, spec: ExecSpec): Promise<ExecSession> {
  const body = {
    AttachStdin: spec.stdin,
    AttachStdout: true,
    AttachStderr: true,
    Tty: spec.tty,
    Cmd: spec.command,
    DetachKeys: DETACH_KEYS,
  }
  // Docker's answer to the creation of an exec.
  const { Id } = (await docker.call('POST', `/containers/${container}/exec`, { body })) as { Id: string }
  const inspect = async (): Promise<DockerExec> => (await docker.call('GET', `/exec/${Id}/json`)) as DockerExec
  // The Tty of the start decides the framing, so it must be the one of the create.
  const { socket, head } = await docker.hijack(`/exec/${Id}/start`, { Detach: false, Tty: spec.tty })
  const failure = startFailure()
  const { stdout, stderr } = spec.tty
    ? { stdout: raw(socket, head, failure.keep), stderr: Readable.from([]) }
    : demultiplex(socket, head, failure.keep)
  const stdin = spec.stdin ? stdinOf(socket) : undefined
  return {
    stdout,
    stderr,
    ...(stdin === undefined ? {} : { stdin }),
    exit: exitCode(socket, inspect, failure.text),
    async resize(columns, rows) {
      await docker.call('POST', `/exec/${Id}/resize`, { query: { w: columns, h: rows } })
    },
    async kill() {
      const pid = await pidOf(inspect)
      if (pid > 0) killProcess(pid)
      // A child of it may hold the outputs open.
      setTimeout(() => socket.destroy(), LINGER).unref()
    },
  }
}

function stdinOf(socket: Duplex): Writable {
  return new Writable({
    write: (chunk: Buffer, _, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
  })
}

/**
 * A command that cannot be started is no error in Docker: it writes a sentence to stdout and exits with 126. Kept from
 * the output here, so that the session ends with an error as a container runtime interface would.
 */
function startFailure(): { keep: (data: Buffer) => boolean; text: () => string } {
  const BEGINNING = 'OCI runtime exec failed: '
  let text: string | undefined
  return {
    keep(data) {
      text ??= data.toString('utf8', 0, BEGINNING.length) === BEGINNING ? data.toString('utf8') : ''
      return text !== ''
    },
    text: () => (text ?? '').trim(),
  }
}

/** The stream ends when the process has ended and its outputs are closed; then Docker knows the code. */
function exitCode(socket: Duplex, inspect: () => Promise<DockerExec>, failure: () => string): Promise<number> {
  const { promise, resolve, reject } = deferred<number>()
  socket.once('close', () => {
    inspect().then(({ ExitCode, Running }) => {
      if (ExitCode === null || Running) reject(new RuntimeError('other', 'the command was left while it ran'))
      else if (failure() !== '') reject(new RuntimeError('refused', failure(), ExitCode))
      else resolve(ExitCode)
    }, reject)
  })
  socket.once('end', () => void socket.end())
  // A session whose reader is gone has nobody to tell.
  promise.catch(() => undefined)
  return promise
}

/** The process on the machine; 0 when it has ended. Docker answers the start before the process is there. */
async function pidOf(inspect: () => Promise<DockerExec>): Promise<number> {
  for (let turn = 0; turn < 100; turn += 1) {
    const { Running, Pid, ExitCode } = await inspect()
    if (Pid > 0 && Running) return Pid
    if (ExitCode !== null) return 0
    await wait(20)
  }
  throw new RuntimeError('other', 'the command to kill has not started yet')
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
