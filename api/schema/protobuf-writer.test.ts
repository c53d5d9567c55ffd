import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { expect, test } from 'vitest'
import { ProtobufWriter } from './protobuf-writer.ts'

test('[AP214] the writer writes what the library writes, byte for byte', () => {
  const texts = ['', 'a', 'ü', '€', '😀', '\u0000', `${'x'.repeat(126)}ü`, 'y'.repeat(20_000), 'a\ud800b']
  for (const text of texts) {
    const ours = new ProtobufWriter()
    ours.string(3, text)
    expect(ours.finish()).toEqual(new BinaryWriter().tag(3, WireType.LengthDelimited).string(text).finish())
  }
  for (const value of [
    0,
    1,
    127,
    128,
    300,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    2 ** 53 - 1,
    -1,
    -128,
    -(2 ** 31),
    -(2 ** 53),
  ]) {
    const ours = new ProtobufWriter()
    ours.integer(200, value)
    expect(ours.finish(), String(value)).toEqual(new BinaryWriter().tag(200, WireType.Varint).int64(value).finish())
  }
  const ours = new ProtobufWriter()
  ours.double(1, -1.5)
  ours.bool(2, true)
  const theirs = new BinaryWriter().tag(1, WireType.Bit64).double(-1.5).tag(2, WireType.Varint).bool(true)
  expect(ours.finish()).toEqual(theirs.finish())
})

test.each([0, 1, 127, 128, 16_383, 16_384, 70_000])(
  '[AP214] a message of %i bytes in messages has its lengths',
  (size) => {
    const inner = new Uint8Array(size).fill(7)
    const ours = new ProtobufWriter()
    const [outer, middle] = [ours.begin(1), ours.begin(2)]
    ours.bytes(3, inner)
    ours.end(middle)
    ours.bool(4, false)
    ours.end(outer)
    const tag = (number: number) => new BinaryWriter().tag(number, WireType.LengthDelimited)
    const theirMiddle = tag(2).bytes(tag(3).bytes(inner).finish()).tag(4, WireType.Varint).bool(false).finish()
    expect(ours.finish()).toEqual(tag(1).bytes(theirMiddle).finish())
  },
)
