import { expect, test } from 'vitest'
import { StatusError } from '../../api/meta/status-error.ts'
import { WINDOW } from '../../api/stream.ts'
import { logBody, type LogSocket } from './log-body.ts'

class FakeSocket implements LogSocket {
  sent: string[] = []
  closed: number | undefined
  #message: ((event: { data: unknown }) => void)[] = []
  #close: ((event: { code: number; reason: string }) => void)[] = []
  send(data: string): void {
    this.sent.push(data)
  }
  close(code?: number): void {
    this.closed = code ?? 1005
  }
  addEventListener(type: 'message' | 'close', listener: never): void {
    if (type === 'message') this.#message.push(listener)
    else this.#close.push(listener)
  }
  says(data: unknown): void {
    for (const listener of this.#message) listener({ data: typeof data === 'object' ? JSON.stringify(data) : data })
  }
  data(text: string): void {
    const bytes = new TextEncoder().encode(` ${text}`).buffer
    for (const listener of this.#message) listener({ data: bytes })
  }
  ends(code: number, reason = ''): void {
    for (const listener of this.#close) listener({ code, reason })
  }
}
const credit = (bytes: number) => JSON.stringify({ type: 'credit', bytes })

test('[SM8] a log is read to its end', async () => {
  const socket = new FakeSocket()
  const body = logBody(socket)
  socket.says({ type: 'opened' })
  socket.data('one\n')
  socket.data('two\n')
  socket.says({ type: 'ended' })
  expect(await new Response(await body).text()).toBe('one\ntwo\n')
  expect(socket.sent).toEqual([credit(WINDOW)])
  expect(socket.closed).toBe(1000)
})

test('[SM8] credit comes back only for what the client has read', async () => {
  const socket = new FakeSocket()
  const body = logBody(socket)
  socket.says({ type: 'opened' })
  const piece = 'x'.repeat(WINDOW / 8)
  for (let n = 0; n < 8; n++) socket.data(piece)
  const reader = (await body).getReader()
  expect(socket.sent).toEqual([credit(WINDOW)])
  await reader.read()
  await reader.read()
  expect(socket.sent.slice(1)).toEqual([credit(WINDOW / 8), credit(WINDOW / 8)])
  await reader.cancel()
  expect(socket.closed).toBe(1000)
})

test.each([
  [
    'kubelet’s sentence',
    (socket: FakeSocket) =>
      socket.says({ type: 'failed', code: 400, message: 'container "c" in pod "p" is terminated' }),
    400,
    'container "c" in pod "p" is terminated',
  ],
  [
    'another failure',
    (socket: FakeSocket) => socket.says({ type: 'failed', code: 500, message: 'docker is down' }),
    500,
    'docker is down',
  ],
  [
    'an agent that does not dial',
    (socket: FakeSocket) => socket.ends(4000, 'the agent of the node did not answer in time'),
    504,
    'the agent of the node did not answer in time',
  ],
])('[SM8] %s is the answer', async (_, act, code, message) => {
  const socket = new FakeSocket()
  const body = logBody(socket)
  act(socket)
  await expect(body).rejects.toThrow(StatusError)
  await expect(body).rejects.toMatchObject({ code, message })
})

test('[SM7] a log that breaks off ends in an error, not as if it were complete', async () => {
  const socket = new FakeSocket()
  const body = logBody(socket)
  socket.says({ type: 'opened' })
  socket.data('one\n')
  socket.ends(4001, 'the agent of the node went away')
  const reader = (await body).getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('one\n')
  await expect(reader.read()).rejects.toThrow('the agent of the node went away')
})
