import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestCluster } from '../test/support/cluster.ts'

/** Resident memory of a process. Kernel counters are in kB of 1024. */
export function residentMB(pid: number): number {
  const kB = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kB === undefined) throw new Error(`process ${pid} has ended`)
  return Number(kB) / 1024
}

/** Bytes that a process had written to disks. */
export const blocksWritten = (pid: number): number =>
  Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? Number.NaN)

/** The process of this cluster: its configuration file is named nowhere else. */
export function workerdOf(cluster: TestCluster): number {
  const config = join(cluster.state.dir, 'workerd.capnp')
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (commandLine(pid).includes(config)) return Number(pid)
  }
  throw new Error('the control plane has no process')
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // it ended meanwhile
  }
}

/** Milliseconds of processor time that a process has had, user and system, in all its threads. */
export function cpuMs(pid: number): number {
  // The name in the second field may hold spaces; what follows its bracket does not. Clock ticks are 10 ms on Linux.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
