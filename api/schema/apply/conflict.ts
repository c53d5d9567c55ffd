import { goQuote } from '../../meta/go-text.ts'
import { StatusError } from '../../meta/status-error.ts'
import type { Owner } from './owners.ts'
import { pathText } from './set.ts'

/** A field that an apply would change and somebody else owns. */
export interface Conflict {
  readonly owner: Owner
  readonly path: readonly string[]
}

/** Apply would take fields from others. `conflicts` are in the order of owners and, of each, of fields. */
export class Conflicts extends Error {
  readonly conflicts: readonly Conflict[]
  constructor(conflicts: readonly Conflict[]) {
    super('conflicts')
    this.conflicts = conflicts
  }
}

/** `printManager`: updates are told apart by their version too. */
function ownerText({ manager, operation, apiVersion, subresource }: Owner): string {
  const who = subresource === '' ? goQuote(manager) : `${goQuote(manager)} with subresource ${goQuote(subresource)}`
  return operation === 'Update' ? `${who} using ${apiVersion}` : who
}

/** 409 with a cause for each field: `NewConflictError` of apimachinery's fieldmanager. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${ownerText(owner)}`,
    field: pathText(path),
  }))
  return new StatusError('Conflict', conflictText(conflicts), { causes })
}

function conflictText(conflicts: readonly Conflict[]): string {
  const [only] = conflicts
  if (conflicts.length === 1 && only !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${ownerText(only.owner)}: ${pathText(only.path)}`
  }
  const lines: string[] = []
  let last: Owner | undefined
  for (const { owner, path } of conflicts) {
    if (owner !== last) lines.push(`conflicts with ${ownerText(owner)}:`)
    last = owner
    lines.push(`- ${pathText(path)}`)
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}
