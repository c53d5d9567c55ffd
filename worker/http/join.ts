import { unauthorized } from '../../api/meta/failures.ts'
import type { JoinAnswer } from '../../api/wire.ts'
import { admit } from '../guard/admit.ts'
import type { Checked } from '../guard/token.ts'
import type { Api } from './api.ts'
import { readBody, textOf } from './body.ts'

interface Joins {
  join(token: Checked, body: string, now: number): JoinAnswer
}

/** `POST /podo/join`: a machine turns its bootstrap token into a node's credential. */
export async function joinRequest(api: Api, nodes: Joins, request: Request, now: number): Promise<Response> {
  const admission = admit(api.secrets, request.headers, now)
  if (request.method !== 'POST' || admission.who !== 'token') throw unauthorized()
  const body = textOf(await readBody(request))
  return Response.json(nodes.join(admission.checked, body, now), {
    status: 201,
    headers: { 'cache-control': 'no-store' },
  })
}
