import { Command } from 'commander'
import type { ApiClient } from './api-client.ts'
import { duration } from './duration.ts'
import { columns } from './screen.ts'

/** A token as `GET /podo/tokens` lists it. */
export interface Listed {
  readonly id: string
  readonly user: string
  readonly groups: readonly string[]
  readonly created?: string
  readonly expires?: string
}

/** What `podo token list` prints. */
export function tokenTable(tokens: readonly Listed[]): string[] {
  if (tokens.length === 0) return ['No tokens but the admin\u2019s own.']
  const rows = tokens.map(({ id, user, groups, created, expires }) => [
    id,
    user,
    groups.length === 0 ? '<none>' : groups.join(','),
    created ?? '<unknown>',
    expires ?? 'never',
  ])
  return columns([['ID', 'USER', 'GROUPS', 'CREATED', 'EXPIRES'], ...rows])
}

/** `podo token …`: who may speak to the API, beside the admin. `print` writes lines for people and for pipes. */
export function tokenCommand(api: () => ApiClient, print: (lines: readonly string[]) => void): Command {
  const token = new Command('token').description('bearer tokens: make, list and revoke them')
  token
    .command('create <user>')
    .description(
      'print a token of that user, once: only a hash of it is kept. It gives no rights but those that roles give the ' +
        'user and its groups (system:masters may do anything)',
    )
    .option('--group <group>', 'a group of the user; may be given more than once', collect, [])
    .option('--ttl <duration>', 'how long the token works (default: until it is revoked)', duration)
    .action(async (user: string, { group, ttl }: { group: string[]; ttl?: number }) => {
      const body = { user, groups: group, ...(ttl === undefined ? {} : { ttlSeconds: ttl }) }
      print([(await api().expect<{ token: string }>('POST', '/podo/tokens', body)).token])
    })
  token
    .command('list')
    .description('the tokens that were made and still work, without what lets in')
    .action(async () => print(tokenTable((await api().expect<{ items: Listed[] }>('GET', '/podo/tokens')).items)))
  token
    .command('revoke <id>')
    .description('end the token with that id (podo token list): from the next request on it is worth nothing')
    .action(async (id: string) => {
      const { user } = await api().expect<Listed>('DELETE', `/podo/tokens/${encodeURIComponent(id)}`)
      print([`The token ${id} of user ${user} is revoked.`])
    })
  token
    .command('bootstrap')
    .description('print a bootstrap token (ID.SECRET), and keep it as a Secret in kube-system until it expires')
    .option('--group <group>', 'a group system:bootstrappers:…; may be given more than once', collect, [])
    .option('--ttl <duration>', 'how long the token works', duration, 24 * 3600)
    .action(async ({ group, ttl }: { group: string[]; ttl: number }) => {
      const body = { groups: group, ttlSeconds: ttl }
      print([(await api().expect<{ token: string }>('POST', '/podo/bootstrap-tokens', body)).token])
    })
  return token
}

function collect(value: string, all: string[]): string[] {
  return [...all, value]
}
