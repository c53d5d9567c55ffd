import { BlockList, isIP } from 'node:net'

/**
 * Which HTTP proxy the environment wants for an address, as curl and Go read it: `HTTPS_PROXY` for https and wss,
 * `HTTP_PROXY` for http and ws (lower case wins, as Go's httpproxy does), unless `NO_PROXY` names the host.
 */
export function proxyFor(target: URL, env: Readonly<Record<string, string | undefined>>): URL | undefined {
  const secure = target.protocol === 'https:' || target.protocol === 'wss:'
  const name = secure ? 'https_proxy' : 'http_proxy'
  const value = env[name] ?? env[name.toUpperCase()] ?? ''
  if (value === '' || bypasses(target, env['no_proxy'] ?? env['NO_PROXY'] ?? '')) return undefined
  return new URL(value.includes('://') ? value : `http://${value}`)
}

/** `*`, `example.com` (and what is below it), `.example.com` (only what is below), addresses, CIDRs, each with a port. */
function bypasses(target: URL, list: string): boolean {
  const host = target.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const port = target.port === '' ? (/^(https|wss):/.test(target.protocol) ? '443' : '80') : target.port
  // Go's rule: what is on this machine is never proxied.
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return true
  return list.split(',').some((item) => matches(item.trim().toLowerCase(), host, port))
}

function matches(item: string, host: string, port: string): boolean {
  if (item === '') return false
  if (item === '*') return true
  const version = isIP(host)
  if (item.includes('/')) return version !== 0 && within(item, host, version)
  const [, named = item, ofPort] = /^(.*?)(?::(\d+))?$/.exec(isIP(item) === 6 ? `[${item}]` : item) ?? []
  if (ofPort !== undefined && ofPort !== port) return false
  const name = named.replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '')
  if (name.startsWith('.')) return host.endsWith(name)
  return host === name || (version === 0 && host.endsWith(`.${name}`))
}

function within(range: string, host: string, version: number): boolean {
  const [address = '', bits] = range.split('/')
  if (isIP(address) !== version || bits === undefined || !/^\d{1,3}$/.test(bits)) return false
  const list = new BlockList()
  const family = version === 6 ? 'ipv6' : 'ipv4'
  if (Number(bits) > (version === 6 ? 128 : 32)) return false
  list.addSubnet(address, Number(bits), family)
  return list.check(host, family)
}
