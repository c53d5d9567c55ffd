import type { JsonObject } from '../../api/meta/object.ts'

/** JSON that is written without asking for a form: `responsewriters.WriteRawJSON`. */
export const indented = (value: JsonObject, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(value, null, 2), {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private', ...headers },
  })

/** What net/http answers where nothing is registered. */
export const pageNotFound = (): Response =>
  new Response('404 page not found\n', { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } })
