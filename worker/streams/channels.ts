import { CHANNEL, onChannel } from '../../api/stream.ts'

/**
 * The WebSocket protocols of remote commands (k8s.io/apiserver/pkg/endpoints/handlers… wsstream, and
 * k8s.io/apimachinery/pkg/util/remotecommand): one byte of channel before the data, or one digit before its base64.
 * v5 adds the close signal, without which a client cannot end stdin.
 */
export const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** The first of the client's protocols that is served, as the header `Sec-WebSocket-Protocol` lists them. */
export function chooseProtocol(header: string | null): Protocol | undefined {
  for (const wanted of (header ?? '').split(',')) {
    const found = PROTOCOLS.find((protocol) => protocol === wanted.trim())
    if (found !== undefined) return found
  }
  return undefined
}

/** What a client may send: stdin, the size of its terminal, and that it is done with a channel. */
const FROM_CLIENT: ReadonlySet<number> = new Set([CHANNEL.stdin, CHANNEL.resize, CHANNEL.close])

/** A client's message as a channel frame; undefined where there is nothing in it that an agent could use. */
export function fromClient(protocol: Protocol, message: string | ArrayBuffer): Uint8Array | undefined {
  const frame = protocol === 'v4.base64.channel.k8s.io' ? decoded(message) : bytesOf(message)
  const channel = frame?.[0]
  return frame !== undefined && channel !== undefined && FROM_CLIENT.has(channel) ? frame : undefined
}

/** A channel frame as the client's protocol has it. */
export function toClient(protocol: Protocol, frame: Uint8Array): string | Uint8Array {
  if (protocol !== 'v4.base64.channel.k8s.io') return frame
  return `${frame[0] ?? 0}${Buffer.from(frame.subarray(1)).toString('base64')}`
}

const bytesOf = (message: string | ArrayBuffer): Uint8Array =>
  typeof message === 'string' ? new TextEncoder().encode(message) : new Uint8Array(message)

function decoded(message: string | ArrayBuffer): Uint8Array | undefined {
  const text = typeof message === 'string' ? message : new TextDecoder().decode(message)
  const channel = text.charCodeAt(0) - 0x30
  return channel >= 0 && channel <= 9 ? onChannel(channel, Buffer.from(text.slice(1), 'base64')) : undefined
}
