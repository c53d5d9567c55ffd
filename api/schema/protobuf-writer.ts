/**
 * Writes protobuf's wire format (https://protobuf.dev/programming-guides/encoding/) into one growing buffer. A message in
 * a message is written in place and its length put before it afterwards, so that nothing is copied level by level.
 */
const FIRST_SIZE = 512
const VARINT = 0
const BIT64 = 1
const LENGTH_DELIMITED = 2

export class ProtobufWriter {
  #bytes = new Uint8Array(FIRST_SIZE)
  #at = 0

  /** The bytes written so far; a writer is not used after that. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  bool(number: number, value: boolean): void {
    this.#tag(number, VARINT)
    this.#varint(value ? 1 : 0)
  }

  /** int32 and int64: a negative number takes ten bytes. */
  integer(number: number, value: number): void {
    this.#tag(number, VARINT)
    if (value >= 0) this.#varint(value)
    else this.#negative(value)
  }

  double(number: number, value: number): void {
    this.#tag(number, BIT64)
    this.#room(8)
    new DataView(this.#bytes.buffer).setFloat64(this.#at, value, true)
    this.#at += 8
  }

  bytes(number: number, value: Uint8Array): void {
    this.#tag(number, LENGTH_DELIMITED)
    this.#varint(value.length)
    this.#room(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  string(number: number, value: string): void {
    const start = this.begin(number)
    // Three bytes are the most that one unit of a string takes.
    this.#room(value.length * 3)
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i)
      if (unit < 0x80) this.#bytes[this.#at++] = unit
      else i += this.#wide(value, i)
    }
    this.end(start)
  }

  /** Begins a message; what it answers is handed to `end` after its fields. */
  begin(number: number): number {
    this.#tag(number, LENGTH_DELIMITED)
    this.#room(1)
    return ++this.#at
  }

  /** Ends the message that began there. Most are short, so room for one byte of length was left. */
  end(start: number): void {
    const length = this.#at - start
    if (length < 0x80) {
      this.#bytes[start - 1] = length
      return
    }
    const more = sizeOf(length) - 1
    this.#room(more)
    this.#bytes.copyWithin(start + more, start, this.#at)
    this.#at = start - 1
    this.#varint(length)
    this.#at += length
  }

  /** One character beyond ASCII; answers how many units beyond the first it took. Half a pair becomes U+FFFD. */
  #wide(value: string, i: number): number {
    const code = value.codePointAt(i) ?? 0
    const isHalf = code >= 0xd800 && code <= 0xdfff
    const point = isHalf ? 0xfffd : code
    if (point < 0x800) this.#bytes[this.#at++] = 0xc0 | (point >> 6)
    else {
      if (point < 0x10000) this.#bytes[this.#at++] = 0xe0 | (point >> 12)
      else {
        this.#bytes[this.#at++] = 0xf0 | (point >> 18)
        this.#bytes[this.#at++] = 0x80 | ((point >> 12) & 0x3f)
      }
      this.#bytes[this.#at++] = 0x80 | ((point >> 6) & 0x3f)
    }
    this.#bytes[this.#at++] = 0x80 | (point & 0x3f)
    return point >= 0x10000 ? 1 : 0
  }

  #tag(number: number, wireType: number): void {
    this.#varint((number << 3) | wireType)
  }

  #varint(value: number): void {
    this.#room(10)
    let left = value
    // Beyond 31 bits shifts would lose what is above.
    for (; left >= 0x80000000; left = Math.floor(left / 0x80)) this.#bytes[this.#at++] = (left % 0x80) | 0x80
    for (; left >= 0x80; left >>>= 7) this.#bytes[this.#at++] = (left & 0x7f) | 0x80
    this.#bytes[this.#at++] = left
  }

  #negative(value: number): void {
    this.#room(10)
    let left = BigInt.asUintN(64, BigInt(value))
    for (; left >= 0x80n; left >>= 7n) this.#bytes[this.#at++] = Number(left & 0x7fn) | 0x80
    this.#bytes[this.#at++] = Number(left)
  }

  #room(size: number): void {
    const needed = this.#at + size
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = larger
  }
}

const sizeOf = (value: number): number => {
  let size = 1
  for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) size += 1
  return size
}
