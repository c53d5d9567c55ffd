import type { SandboxSpec } from '../runtime/runtime.ts'

type Dns = SandboxSpec['dns']

/**
 * The machine's resolvers for its Pods, from the texts of its resolv.conf files in order of preference. Loopback addresses
 * are the machine's own (systemd-resolved's 127.0.0.53) and mean nothing inside a Pod.
 */
export function resolversOf(texts: readonly string[]): Dns {
  const all = texts.map(parse)
  return (
    all.find(({ nameservers }) => nameservers.length > 0) ?? all[0] ?? { nameservers: [], searches: [], options: [] }
  )
}

function parse(text: string): Dns {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/))
  const of = (key: string): string[][] => lines.filter((words) => words[0] === key).map((words) => words.slice(1))
  const nameservers = of('nameserver').map((words) => words[0] ?? '')
  return {
    nameservers: nameservers.filter((address) => /^\d+\./.test(address) && !address.startsWith('127.')).slice(0, 3),
    searches: (of('search').at(-1) ?? []).filter((domain) => domain !== '.'),
    options: of('options')
      .flat()
      .filter((option) => option !== 'edns0' && option !== 'trust-ad'),
  }
}
