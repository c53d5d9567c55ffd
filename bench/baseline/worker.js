// The bare thing that podo is compared with: a Worker that hands each request to one Durable Object, which inserts, reads
// or updates one row and answers the row's bytes. No names are checked, nothing is parsed, nobody is asked for a token.
// It runs as podo's own bundle does (`cli/control-plane.ts`), and so its classes have the names of podo's.
import { DurableObject } from 'cloudflare:workers'

const json = (text, status = 200) => new Response(text, { status, headers: { 'content-type': 'application/json' } })

export class Cluster extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS rows (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID')
  }

  async fetch(request) {
    const { sql } = this.ctx.storage
    const id = new URL(request.url).pathname.slice('/rows/'.length)
    switch (request.method) {
      case 'POST': {
        const body = await request.text()
        sql.exec('INSERT INTO rows (id, body) VALUES (?, ?)', id, body)
        return json(body, 201)
      }
      case 'PUT': {
        const body = await request.text()
        sql.exec('UPDATE rows SET body = ? WHERE id = ?', body, id)
        return json(body)
      }
      case 'GET':
        return json(id === '' ? list(sql) : sql.exec('SELECT body FROM rows WHERE id = ?', id).one().body)
      default:
        return json('{}', 405)
    }
  }
}

const list = (sql) => {
  const bodies = Array.from(sql.exec('SELECT body FROM rows ORDER BY id'), ({ body }) => body)
  return `{"items":[${bodies.join(',')}]}`
}

export class Stream extends DurableObject {}

export default {
  fetch(request, env) {
    if (new URL(request.url).pathname === '/livez') return new Response('ok')
    return env.CLUSTER.get(env.CLUSTER.idFromName('cluster')).fetch(request)
  },
}
