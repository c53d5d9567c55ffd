export interface TarEntry {
  name: string
  data: Buffer
  mode: number
}

const BLOCK = 512

/** A tar of regular files in ustar form with all times 0: same entries, same bytes. Names up to 100 bytes. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap(({ name, data, mode }) => {
    const padding = Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)
    return [tarHeader(name, data.length, mode), data, padding]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

/** https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 */
function tarHeader(name: string, size: number, mode: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`a name of more than 100 bytes does not fit a tar header: ${name}`)
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`
  header.write(name, 0)
  header.write(octal(mode, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(size, 11), 124)
  header.write(octal(0, 11), 136)
  header.write(' '.repeat(8), 148)
  header.write('0', 156)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
