import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { dockerHttp } from '../../agent/runtime/docker-http.ts'
import { loadImage } from '../../agent/runtime/docker-image.ts'
import { buildNginxArchive } from '../../cli/nginx-image.ts'
import { DIST } from './cluster.ts'

/** Real nginx from the distribution's package, as `npm start` builds it, into a test's own Docker. Built once a checkout. */
export async function loadNginx(socket: string): Promise<void> {
  const archive = await buildNginxArchive(join(DIST, 'cache'))
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(archive)) chunks.push(chunk as Buffer) // a file stream without encoding
  await loadImage(dockerHttp(socket), Buffer.concat(chunks))
}
