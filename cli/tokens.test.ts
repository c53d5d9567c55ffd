import { expect, test } from 'vitest'
import type { ApiClient } from './api-client.ts'
import { Refusal } from './state.ts'
import { tokenCommand, tokenTable } from './tokens.ts'

const JANE = { id: 'i1', user: 'jane', groups: ['a', 'b'], created: '2026-11-24T12:00:00.000Z' }

/** Runs `podo token ARGS` against an API that answers so, and tells what it was asked and what was printed. */
async function run(args: string[], answer: unknown): Promise<{ asked: unknown[]; printed: string[] }> {
  const asked: unknown[] = []
  const printed: string[] = []
  const expectOf = async (...call: unknown[]) => {
    asked.push(call)
    if (answer instanceof Error) throw answer
    return answer
  }
  const api = { expect: expectOf } as unknown as ApiClient // the command asks for nothing else
  await tokenCommand(
    () => api,
    (lines) => printed.push(...lines),
  ).parseAsync(args, { from: 'user' })
  return { asked, printed }
}

test('[CL40] the list shows who holds a token and until when', () => {
  expect(tokenTable([JANE, { id: 'i2', user: 'x', groups: [], expires: '2026-11-25T12:00:00.000Z' }])).toEqual([
    'ID   USER   GROUPS   CREATED                    EXPIRES',
    'i1   jane   a,b      2026-11-24T12:00:00.000Z   never',
    'i2   x      <none>   <unknown>                  2026-11-25T12:00:00.000Z',
  ])
  expect(tokenTable([])).toEqual(['No tokens but the admin\u2019s own.'])
})

test('[CL40] each command asks for one thing and prints it', async () => {
  const create = ['create', 'jane', '--group', 'a', '--group', 'b', '--ttl', '1h']
  expect(await run(create, { token: 'T' })).toEqual({
    asked: [['POST', '/podo/tokens', { user: 'jane', groups: ['a', 'b'], ttlSeconds: 3600 }]],
    printed: ['T'],
  })
  expect(await run(['list'], { items: [] })).toMatchObject({ asked: [['GET', '/podo/tokens']] })
  expect(await run(['revoke', 'i 1'], JANE)).toEqual({
    asked: [['DELETE', '/podo/tokens/i%201']],
    printed: ['The token i 1 of user jane is revoked.'],
  })
  expect(await run(['bootstrap'], { token: 'id.secret' })).toEqual({
    asked: [['POST', '/podo/bootstrap-tokens', { groups: [], ttlSeconds: 86_400 }]],
    printed: ['id.secret'],
  })
})

test('[CL40] a refusal is the command\u2019s failure', async () => {
  await expect(run(['revoke', 'x'], new Refusal('tokens "x" not found'))).rejects.toThrow('tokens "x" not found')
})
