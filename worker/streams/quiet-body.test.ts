import { createGunzip, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { quietBody, takesGzip } from './quiet-body.ts'

/** A source in the test's hand. */
function source() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const seen = { cancelled: false }
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: () => void (seen.cancelled = true),
  })
  return {
    stream,
    seen,
    says: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    ends: () => controller?.close(),
    fails: () => controller?.error(new Error('the log broke off')),
  }
}

test('[SM11] what a quiet log says arrives unchanged, whatever is beaten in between', async () => {
  const { stream, says, ends } = source()
  const reader = quietBody(stream, 5).getReader()
  const pieces: Uint8Array[] = []
  const read = async (): Promise<void> => {
    const { value } = await reader.read()
    if (value !== undefined) pieces.push(value)
  }
  await read()
  await read()
  expect(pieces.map(({ length }) => length)).toEqual([15, 5])
  const long = 'x'.repeat(150_000)
  says('one\n')
  await read()
  says(long)
  await read()
  await read()
  ends()
  await read()
  expect((await reader.read()).done).toBe(true)
  expect(gunzipSync(Buffer.concat(pieces)).toString()).toBe(`one\n${long}`)
})

test('[SM11] a line reaches the reader as it comes, before anything follows it', async () => {
  const { stream, says } = source()
  const reader = quietBody(stream).getReader()
  const gunzip = createGunzip()
  const text = new Promise<string>((done) => gunzip.once('data', (data: Buffer) => done(data.toString())))
  says('one\n')
  gunzip.write((await reader.read()).value)
  expect(await text).toBe('one\n')
  await reader.cancel()
})

test('[SM11] the end of the reader is the end of the log’s source, also while that is silent', async () => {
  const { stream, seen } = source()
  const reader = quietBody(stream, 5).getReader()
  await reader.read()
  const pending = reader.read()
  await reader.cancel()
  expect(seen.cancelled).toBe(true)
  expect((await pending).done).toBe(true)
})

test('[SM11] a log that breaks off is an error, not an end', async () => {
  const { stream, fails } = source()
  const reader = quietBody(stream).getReader()
  fails()
  await expect(reader.read()).rejects.toThrow('the log broke off')
})

test.each([
  ['gzip', true],
  ['deflate, GZIP;q=0.5', true],
  ['gzip;q=0', false],
  ['gzip;q=0.0', false],
  ['br', false],
  ['', false],
])('[SM11] a client that says %j is sent gzip: %s', (header, takes) => {
  expect(takesGzip(new Request('http://a', { headers: { 'accept-encoding': header } }))).toBe(takes)
})
