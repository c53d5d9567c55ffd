import { expect, test } from 'vitest'
import { defaultDevice, readNodeFacts, readPressure } from './machine-facts.ts'
import { nodeConditions, nodeOf, type NodeFacts } from './node.ts'

const FACTS: NodeFacts = {
  name: 'pi',
  address: '192.168.1.7',
  cpus: 4,
  memoryBytes: 4 * 2 ** 30,
  diskBytes: 32e9,
  machineID: 'm',
  systemUUID: 's',
  bootID: 'b',
  kernelVersion: '6.1.0',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  architecture: 'arm64',
  containerRuntimeVersion: 'docker://20.10.24',
  agentVersion: '0.1.0',
}

test('the Node says what the machine is, as a kubelet would', () => {
  const node = nodeOf(FACTS, {}, 0)
  expect(node.metadata.labels).toMatchObject({ 'kubernetes.io/hostname': 'pi', 'kubernetes.io/arch': 'arm64' })
  expect(node.status).toMatchObject({
    capacity: { cpu: '4', memory: '4194304Ki', pods: '110', 'ephemeral-storage': '31250000Ki' },
    allocatable: { cpu: '4', memory: '4091904Ki', pods: '110', 'ephemeral-storage': '28800000000' },
    addresses: [
      { type: 'InternalIP', address: '192.168.1.7' },
      { type: 'Hostname', address: 'pi' },
    ],
    nodeInfo: { kubeletVersion: 'v1.36.2+podo.0.1.0', operatingSystem: 'linux' },
  })
})

test('[AG40] Ready is False, with a sentence, while Docker or the network is away', () => {
  const words = (troubles: Parameters<typeof nodeConditions>[0]): string[] =>
    nodeConditions(troubles, 0).map(({ type, status, reason, message }) => `${type} ${status} ${reason} ${message}`)
  expect(words({})).toEqual([
    'MemoryPressure False KubeletHasSufficientMemory kubelet has sufficient memory available',
    'DiskPressure False KubeletHasNoDiskPressure kubelet has no disk pressure',
    'PIDPressure False KubeletHasSufficientPID kubelet has sufficient PID available',
    'Ready True KubeletReady kubelet is posting ready status',
  ])
  expect(words({ runtime: 'Docker is away', network: 'no route', disk: 'it is full' }).slice(1)).toEqual([
    'DiskPressure True KubeletHasDiskPressure it is full',
    'PIDPressure False KubeletHasSufficientPID kubelet has sufficient PID available',
    'Ready False KubeletNotReady Docker is away, network is not ready: no route',
  ])
})

test('the facts of this very machine', async () => {
  const facts = await readNodeFacts({ name: 'here', agentVersion: '0.1.0' }, undefined)
  expect(facts.cpus).toBeGreaterThan(0)
  expect(facts.memoryBytes).toBeGreaterThan(2 ** 26)
  expect(facts.diskBytes).toBeGreaterThan(2 ** 20)
  expect(facts.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  expect(await readPressure('/')).toHaveProperty('disk')
})

test('the way to the Internet is the default route with the lowest metric', () => {
  const table = [
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask',
    'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000',
    'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000',
    'eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF',
  ].join('\n')
  expect(defaultDevice(table)).toBe('eth0')
})
