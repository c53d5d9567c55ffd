import { expect, test } from 'vitest'
import { makeAddresses } from './addresses.ts'
import { apiAddressOf } from './api-address.ts'
import { makeNetwork } from './machine.ts'
import { machineNetworks, overlapOf } from './overlap.ts'
import { addressNumber, addressText, gatewayOf, parseRange, smallestFree } from './range.ts'
import { resolversOf } from './resolvers.ts'
import {
  forwardChain,
  linkName,
  API_IN_PODS,
  dropsInput,
  machineSide,
  machineTable,
  missingInput,
  missingRules,
  podCIDROf,
  podSide,
  tableName,
} from './rules.ts'

const RANGES = { podCIDR: '10.244.1.0/24', clusterCIDR: '10.244.0.0/14' }

test('addresses and ranges', () => {
  expect(addressText(addressNumber('10.244.1.255'))).toBe('10.244.1.255')
  expect(parseRange('10.244.1.77/24')).toEqual(parseRange('10.244.1.0/24'))
  expect(gatewayOf('10.244.1.0/24')).toBe('10.244.1.1')
  expect(() => parseRange('10.244.1/24')).toThrow('10.244.1 is no IPv4 address')
})

test('[AG30] a Pod gets the lowest free address, never network, node or broadcast', () => {
  expect(smallestFree('10.244.1.0/24', new Set())).toBe('10.244.1.2')
  expect(smallestFree('10.244.1.0/24', new Set(['10.244.1.2', '10.244.1.4']))).toBe('10.244.1.3')
  const all = new Set(Array.from({ length: 253 }, (_, i) => `10.244.1.${i + 2}`))
  expect(all.has('10.244.1.254')).toBe(true)
  expect(smallestFree('10.244.1.0/24', all)).toBeUndefined()
})

test('[AG31] two Pods that begin at once never share an address', () => {
  const running: string[] = ['10.244.1.2']
  const addresses = makeAddresses(
    () => '10.244.1.0/24',
    () => running,
  )
  expect([addresses.take('a'), addresses.take('b')]).toEqual(['10.244.1.3', '10.244.1.4'])
  addresses.settle('a')
  expect(addresses.take('c')).toBe('10.244.1.3')
})

test('[AG32] an overlap with a network of the machine names both', () => {
  const addresses = JSON.stringify([
    {
      ifname: 'lo',
      addr_info: [
        { local: '127.0.0.1', prefixlen: 8 },
        { local: '10.244.2.1', prefixlen: 32 },
      ],
    },
    { ifname: 'eth0', addr_info: [{ local: '192.168.1.7', prefixlen: 24 }] },
    { ifname: 'wlan0', addr_info: [{ local: '10.246.3.4', prefixlen: 16 }] },
  ])
  const routes = JSON.stringify([
    { dst: 'default', dev: 'eth0' },
    { dst: '10.244.2.9', dev: 'pvabc' },
    { type: 'unreachable', dst: '10.244.0.0/14', dev: 'lo' },
  ])
  expect(overlapOf(RANGES, machineNetworks(addresses, routes))).toBe(
    'the Pod network 10.244.0.0/14 overlaps 10.246.3.4/16 of wlan0 on this machine: give the cluster another range',
  )
  const house = machineNetworks(addresses.replace('10.246.3.4', '10.1.3.4'), routes)
  expect(overlapOf(RANGES, house)).toBeUndefined()
  expect(overlapOf(RANGES, machineNetworks('[]', '[{"dst":"10.0.0.0/8","dev":"tun0"}]'))).toContain(
    '10.0.0.0/8 of tun0',
  )
})

test('[AG33] a Pod’s resolvers are the machine’s, never a loopback of it', () => {
  const stub = 'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch fritz.box\n'
  const real = '# made by systemd-resolved\nnameserver 192.168.1.1\nnameserver fe80::1\nsearch fritz.box\n'
  expect(resolversOf([stub, real])).toEqual({ nameservers: ['192.168.1.1'], searches: ['fritz.box'], options: [] })
  expect(resolversOf(['nameserver 9.9.9.9\noptions ndots:2\n', '']).options).toEqual(['ndots:2'])
  expect(resolversOf(['nameserver 127.0.0.1\n', '']).nameservers).toEqual([])
})

test('what the kernel is told', () => {
  expect(linkName('f'.repeat(64)).length).toBeLessThanOrEqual(15)
  expect(podSide('10.244.1.2').split('\n')).toContain('route replace default via 169.254.1.1 src 10.244.1.2')
  expect(machineSide(RANGES)).toBe(
    'addr replace 10.244.1.1/32 dev lo\nroute replace unreachable 10.244.0.0/14 metric 4000\nroute replace unreachable 10.244.1.0/24 metric 4000\n',
  )
  expect(machineTable(RANGES)).toContain('ip saddr 10.244.1.0/24 ip daddr != 10.244.0.0/14 masquerade')
  expect(podCIDROf(tableName('10.244.1.0/24'))).toBe('10.244.1.0/24')
  expect(tableName('10.244.1.0/24')).not.toBe(tableName('10.244.11.0/24'))
})

test('forwarded packets are let through where someone drops them, once', () => {
  expect(forwardChain('-P INPUT ACCEPT\n-P FORWARD ACCEPT\n')).toBeUndefined()
  expect(forwardChain('-P FORWARD DROP\n')).toBe('FORWARD')
  expect(forwardChain('-P FORWARD DROP\n-N DOCKER-USER\n')).toBe('DOCKER-USER')
  expect(missingRules('-N DOCKER-USER\n-A DOCKER-USER -i pv+ -j ACCEPT\n', 'DOCKER-USER')).toEqual([
    ['-o', 'pv+', '-j', 'ACCEPT'],
  ])
})

test('[ND42] an API on the loopback is reached by its address in Pods, and nothing else of the loopback', () => {
  expect(machineTable(RANGES)).not.toContain('127.0.0')
  const lines = machineTable(RANGES, 8443).split('\n')
  expect(lines).toContain('    iifname "pv*" ip daddr 127.0.0.0/8 drop')
  expect(lines).toContain(
    `    iifname "pv*" ip saddr 10.244.1.0/24 ip daddr ${API_IN_PODS} tcp dport 8443 dnat to 127.0.0.1:8443`,
  )
  expect(lines).toContain(`    ip daddr ${API_IN_PODS} meta l4proto tcp reject with tcp reset`)
  const api = (url: string) => apiAddressOf(new URL(url))
  expect(api('https://127.0.0.1:8443')).toEqual({ host: API_IN_PODS, onMachine: '127.0.0.1', port: 8443 })
  expect(api('https://localhost:8443').host).toBe(API_IN_PODS)
  expect(api('https://podo.example.workers.dev')).toEqual({
    host: 'podo.example.workers.dev',
    onMachine: 'podo.example.workers.dev',
    port: 443,
  })
  expect(api('https://[2001:db8::1]:8443').host).toBe('2001:db8::1')
})

test('[ND42] a firewall of the machine lets Pods through to it, once', () => {
  expect(dropsInput('-P INPUT ACCEPT\n')).toBe(false)
  expect(dropsInput('-P INPUT DROP\n')).toBe(true)
  const [rule = []] = missingInput('-P INPUT DROP\n', 8443)
  expect(rule.slice(-4)).toEqual(['--dport', '8443', '-j', 'ACCEPT'])
  expect(missingInput(`-P INPUT DROP\n-A INPUT ${rule.join(' ')}\n`, 8443)).toEqual([])
})

test('a program that is missing is named', async () => {
  const network = makeNetwork({
    run: async (command) => ({ code: command === 'ip' ? 127 : 0, stdout: '', stderr: '' }),
  })
  expect(network.trouble()).toBe('the node has no podCIDR yet')
  await network.use(RANGES)
  expect(network.trouble()).toBe('ip is not installed on this machine')
})
