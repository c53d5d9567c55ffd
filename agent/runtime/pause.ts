import { createHash } from 'node:crypto'
import { tar } from './tar.ts'

/** The image of every sandbox. Made here, so that a machine without a registry has it too. */
export const PAUSE_IMAGE = 'podo/pause:1'

/**
 * The whole program: block INT, TERM and CHLD (PID 1 ignores signals with a default action, blocked ones queue), wait for
 * one; on CHLD reap until none is left (a shared process namespace leaves its orphans here); on the others exit 0.
 */
const CODE: Record<string, string> = {
  // push {INT,TERM,CHLD}; rt_sigprocmask(14); wait: rt_sigtimedwait(128); 17 → reap; ≤ 0 → wait; exit(60); reap: wait4(61)
  amd64:
    '68024001006a0e5831ff4889e631d26a08415a0f054889f3b8800000004889df31f631d26a08415a0f0583f811740c83f8007ee46a3c5831ff' +
    '0f056a3d584883cfff31f66a015a4531d20f0585c07febebc6',
  // The same with rt_sigprocmask 135, rt_sigtimedwait 137, exit 93, wait4 260.
  arm64:
    '400088d22000a0f2e00f1ff8f4030091e81080d2000080d2e10314aa020080d2030180d2010000d4281180d2e00314aa010080d2020080d2' +
    '030180d2010000d41f440071c00000541f000071edfeff54a80b80d2000080d2010000d4882080d200008092010080d2220080d2030080d2' +
    '010000d41f0000712cffff54ebffff17',
}
const MACHINE: Record<string, number> = { amd64: 62, arm64: 183 }
const BASE = 0x400000
const HEADERS = 120

/** A static ELF of one segment: 64 bytes of file header, 56 of program header, the code. */
export function pauseProgram(architecture: string): Buffer {
  const hex = CODE[architecture]
  const machine = MACHINE[architecture]
  if (hex === undefined || machine === undefined)
    throw new Error(`podo has no pause program for ${architecture}: amd64 and arm64 are supported`)
  const code = Buffer.from(hex, 'hex')
  const elf = Buffer.alloc(HEADERS)
  elf.write('\x7fELF\x02\x01\x01', 0, 'latin1')
  elf.writeUInt16LE(2, 16) // ET_EXEC
  elf.writeUInt16LE(machine, 18)
  elf.writeUInt32LE(1, 20)
  elf.writeBigUInt64LE(BigInt(BASE + HEADERS), 24) // entry
  elf.writeBigUInt64LE(64n, 32) // program headers
  elf.writeUInt16LE(64, 52)
  elf.writeUInt16LE(56, 54)
  elf.writeUInt16LE(1, 56)
  elf.writeUInt32LE(1, 64) // PT_LOAD
  elf.writeUInt32LE(5, 68) // readable, executable
  elf.writeBigUInt64LE(BigInt(BASE), 80)
  elf.writeBigUInt64LE(BigInt(BASE), 88)
  elf.writeBigUInt64LE(BigInt(HEADERS + code.length), 96)
  elf.writeBigUInt64LE(BigInt(HEADERS + code.length), 104)
  elf.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([elf, code])
}

/** The image as `docker save` would write it. Same bytes everywhere, so the image id is the same on every machine. */
export function pauseArchive(architecture: string): Buffer {
  const layer = tar([{ name: 'pause', data: pauseProgram(architecture), mode: 0o755 }])
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os: 'linux',
      config: { Entrypoint: ['/pause'], Labels: { 'podo.pause': '1' } },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    }),
  )
  const id = sha256(config)
  const manifest = [{ Config: `${id}.json`, RepoTags: [PAUSE_IMAGE], Layers: [`${sha256(layer)}.tar`] }]
  return tar([
    { name: `${id}.json`, data: config, mode: 0o644 },
    { name: `${sha256(layer)}.tar`, data: layer, mode: 0o644 },
    { name: 'manifest.json', data: Buffer.from(JSON.stringify(manifest)), mode: 0o644 },
  ])
}

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex')
