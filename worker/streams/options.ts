import { forbidden, invalidValue, type FieldError } from '../../api/meta/field-error.ts'
import { badRequest, invalid } from '../../api/meta/failures.ts'
import { parseTime, TimeError } from '../../api/meta/time.ts'
import type { ExecWanted, LogsWanted } from '../../api/wire.ts'
import { booleanOf, integerOf } from '../http/query.ts'

/** PodLogOptions of a query, decoded and validated (ValidatePodLogOptions of pkg/apis/core/validation). Throws 400 and 422. */
export function logsWanted(pod: string, query: URLSearchParams): LogsWanted {
  const sinceSeconds = integerOf(query, 'sinceSeconds')
  const tailLines = integerOf(query, 'tailLines')
  const limitBytes = integerOf(query, 'limitBytes')
  const since = timeOf(query, 'sinceTime')
  const errors: FieldError[] = []
  if (tailLines !== undefined && tailLines < 0) {
    errors.push(invalidValue('tailLines', tailLines, 'must be greater than or equal to 0'))
  }
  if (limitBytes !== undefined && limitBytes < 1)
    errors.push(invalidValue('limitBytes', limitBytes, 'must be greater than 0'))
  if (sinceSeconds !== undefined && since !== undefined) {
    errors.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'))
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalidValue('sinceSeconds', sinceSeconds, 'must be greater than 0'))
  }
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, pod, errors)
  return {
    follow: booleanOf(query, 'follow') === true,
    previous: booleanOf(query, 'previous') === true,
    timestamps: booleanOf(query, 'timestamps') === true,
    ...(since === undefined ? {} : { since }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  }
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  try {
    return parseTime(text)
  } catch (error) {
    if (error instanceof TimeError) throw badRequest(error.message)
    throw error
  }
}

/** PodExecOptions of a query. A terminal has one output: stderr is left out of it, as kubelet does. */
export function execWanted(query: URLSearchParams): ExecWanted {
  const tty = booleanOf(query, 'tty') === true
  return {
    command: query.getAll('command'),
    stdin: booleanOf(query, 'stdin') === true,
    stdout: booleanOf(query, 'stdout') === true,
    stderr: !tty && booleanOf(query, 'stderr') === true,
    tty,
  }
}

/** Throws kubelet's 400 where nothing is to be streamed (pkg/kubelet … remotecommand.NewOptions). */
export function checkExec(wanted: ExecWanted): void {
  if (!wanted.stdin && !wanted.stdout && !wanted.stderr) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr')
  }
}
