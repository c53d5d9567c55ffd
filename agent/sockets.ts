import type { WebSocket } from 'ws'
import type { Line, LineEvents } from './link.ts'
import type { StreamLine, StreamLineEvents } from './streams.ts'

/** The control line over a WebSocket of `dial.ts`. */
export function controlLine(socket: WebSocket, events: LineEvents): Line {
  const closed = once(events.closed.bind(events))
  socket.on('open', () => events.opened())
  socket.on('message', (data: Buffer, isBinary) => !isBinary && events.message(data.toString('utf8')))
  socket.on('unexpected-response', (request, answer) => {
    request.destroy()
    closed(`the server answered ${answer.statusCode}`, answer.statusCode)
  })
  socket.on('error', (error) => closed(error.message))
  socket.on('close', (code, reason) =>
    closed(reason.length === 0 ? `the connection ended (${code})` : reason.toString('utf8')),
  )
  return {
    send: (text) => socket.readyState === socket.OPEN && socket.send(text),
    end: () => socket.terminate(),
  }
}

/** The line of one session. */
export function streamLine(socket: WebSocket, events: StreamLineEvents): StreamLine {
  const closed = once(() => events.closed())
  socket.on('message', (data: Buffer, isBinary) => events.message(isBinary ? data : data.toString('utf8')))
  socket.on('error', closed)
  socket.on('close', closed)
  return {
    send: (data) => socket.readyState === socket.OPEN && socket.send(data),
    close: () => socket.close(1000),
  }
}

function once<A extends unknown[]>(call: (...args: A) => void): (...args: A) => void {
  let done = false
  return (...args) => {
    if (done) return
    done = true
    call(...args)
  }
}
