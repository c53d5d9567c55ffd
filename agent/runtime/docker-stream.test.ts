import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { demultiplex, dropRepeatedTimestamps, frameReader, jsonLines, unframe } from './docker-stream.ts'

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}
async function textOf(source: Readable): Promise<string> {
  let text = ''
  for await (const chunk of source) text += String(chunk)
  return text
}

test('frames are found wherever the chunks are cut', () => {
  const bytes = Buffer.concat([frame(1, 'one'), frame(2, ''), frame(2, 'two'), frame(1, 'three')])
  for (let size = 1; size <= bytes.length; size += 1) {
    const out: Record<number, string> = { 1: '', 2: '' }
    const read = frameReader((stream, data) => (out[stream] += data.toString()))
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size))
    expect(out).toEqual({ 1: 'onethree', 2: 'two' })
  }
})

test('[AG2] a reader that stops reading stops the source', async () => {
  const source = new PassThrough()
  const { stdout, stderr } = demultiplex(source)
  const big = frame(1, 'x'.repeat(100_000))
  source.write(big)
  source.write(big)
  source.write(frame(2, 'err'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(source.isPaused()).toBe(true)
  source.end()
  expect((await Promise.all([textOf(stdout), textOf(stderr)])).map((text) => text.length)).toEqual([200_000, 3])
})

test('a line in several records carries one timestamp', async () => {
  const body = Readable.from([
    frame(1, 'T1 aaa'),
    frame(2, 'T2 err\n'),
    frame(1, 'T1 bbb'),
    frame(1, 'T1 c\n'),
    frame(1, 'T3 d\n'),
  ])
  expect(await textOf(unframe(body, dropRepeatedTimestamps()))).toBe('T1 aaaT2 err\nbbbc\nT3 d\n')
})

test('JSON lines survive any cut, also inside a letter', async () => {
  const bytes = Buffer.from('{"a":"é"}\r\n{"b":2}\n{"c":3}')
  const single = Readable.from([...bytes].map((byte) => Buffer.from([byte])))
  const lines: unknown[] = []
  for await (const line of jsonLines(single)) lines.push(line)
  expect(lines).toEqual([{ a: 'é' }, { b: 2 }, { c: 3 }])
})
