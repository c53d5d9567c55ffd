import { decodeBase64 } from '../../schema/base64.ts'

/** One block of PEM: `pem.Block` of Go's encoding/pem. */
export interface Block {
  /** `CERTIFICATE REQUEST`. */
  readonly type: string
  readonly headers: boolean
  readonly bytes: Uint8Array
}

const BLOCK = /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n([\s\S]*?)-----END \1-----[ \t\r]*(?=\n|$)/g
const HEADERS = /^(?:[^\n:]+:[^\n]*\n)+\n?/

/** The blocks of a text, in order; what stands between them is passed over, as is a block whose base64 is broken. */
export function pemBlocks(data: Uint8Array): Block[] {
  const text = Array.from(data, (byte) => String.fromCharCode(byte)).join('')
  return [...text.matchAll(BLOCK)].flatMap(([, type = '', body = '']) => {
    const headers = HEADERS.exec(body)?.[0] ?? ''
    try {
      return [{ type, headers: headers !== '', bytes: decodeBase64(body.slice(headers.length).replace(/[ \t]/g, '')) }]
    } catch {
      return []
    }
  })
}
