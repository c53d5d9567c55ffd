import * as z from 'zod/mini'

/**
 * One session of logs or exec: what goes over the agent's socket of a stream (`/podo/streams/<ticket>`) and, for logs,
 * over the Worker's. Binary frames are Kubernetes' channel frames: one byte of channel, then data. Text frames are the
 * JSON below. The side that reads grants credit; the side that writes never has more unread bytes out than were granted.
 * The agent begins when the first credit comes: then both ends are there.
 */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const

/** Bytes of payload that may be on their way in one direction of a session: half of the 1 MB of both. */
export const WINDOW = 512 * 1024
/** Bytes of the largest frame that our own ends send. */
export const LONGEST_FRAME = 32 * 1024

const frame = z.discriminatedUnion('type', [
  /** Agent: what was asked for is open; data follows. */
  z.object({ type: z.literal('opened') }),
  /** Agent: it could not be opened. `code` is the HTTP code that a log request is answered with. */
  z.object({ type: z.literal('failed'), code: z.number(), message: z.string() }),
  /** Reader: so many more bytes may come. */
  z.object({ type: z.literal('credit'), bytes: z.number() }),
  /** Writer: it has data and no credit. Answered with what has become free, if anything has. */
  z.object({ type: z.literal('waiting') }),
  /** Writer: all data was sent and the session is over. */
  z.object({ type: z.literal('ended') }),
])
export type StreamFrame = z.infer<typeof frame>

/** Reads a text frame; undefined where it is none of ours. */
export function readFrame(text: string): StreamFrame | undefined {
  try {
    const result = z.safeParse(frame, JSON.parse(text))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}

export const writeFrame = (message: StreamFrame): string => JSON.stringify(message)

/** A channel frame. */
export function onChannel(channel: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 1)
  bytes[0] = channel
  bytes.set(data, 1)
  return bytes
}

/** metav1.Status on the error channel, as kubelet's remotecommand server writes it (pkg/kubelet … remotecommand/exec.go). */
export function exitStatus(code: number): string {
  if (code === 0) return JSON.stringify({ metadata: {}, status: 'Success' })
  return JSON.stringify({
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  })
}

/** apierrors.NewInternalError on the error channel: the session could not be had, or broke. */
export function failureStatus(message: string): string {
  return JSON.stringify({
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  })
}
