/** Bytes beyond which an answer is compressed (`defaultGzipThresholdBytes` of k8s.io/apiserver's responsewriters). */
const THRESHOLD = 128 * 1024
/** Bytes that one unit of a string may take in UTF-8. */
const MOST_BYTES = 3

/** Header in which the object tells the edge that an answer is long: its length does not travel between them. */
const LONG_HEADER = 'podo-long'

/** What the object says of a body's length. */
export function lengthHeaders(body: string | Uint8Array): Record<string, string> {
  if (body.length * MOST_BYTES <= THRESHOLD) return {}
  return Buffer.byteLength(body) > THRESHOLD ? { [LONG_HEADER]: '1' } : {}
}

/**
 * The answer in gzip, where the client takes it and it is long. Streams are left alone: nobody may hold their events back.
 * The edge does this, for the object has one thread for everybody.
 */
export function compressed(request: Request, response: Response): Response {
  const { body, status, headers } = response
  if (body === null || !headers.has(LONG_HEADER)) return response
  const changed = new Headers(headers)
  changed.delete(LONG_HEADER)
  if (!takesGzip(request)) return new Response(body, { status, headers: changed })
  changed.set('content-encoding', 'gzip')
  changed.append('vary', 'Accept-Encoding')
  const init: { status: number; headers: Headers; encodeBody: 'manual' } = {
    status,
    headers: changed,
    encodeBody: 'manual',
  }
  return new Response(body.pipeThrough(new CompressionStream('gzip')), init)
}

const takesGzip = (request: Request): boolean =>
  (request.headers.get('accept-encoding') ?? '').split(',').some((token) => token.trim() === 'gzip')
