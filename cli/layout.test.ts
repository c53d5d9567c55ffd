import { hostname } from 'node:os'
import { afterEach, expect, test, vi } from 'vitest'
import { dockerSocket } from './docker-engine.ts'
import { apiVar, machineAddresses, nodeName, port, serverNames, workerVars } from './layout.ts'
import { Refusal } from './state.ts'

afterEach(() => vi.unstubAllEnvs())

test('[CL9] PODO_PORT is a port, or it is refused in a sentence', () => {
  vi.stubEnv('PODO_PORT', undefined)
  expect(port()).toBe(8443)
  vi.stubEnv('PODO_PORT', '9443')
  expect(port()).toBe(9443)
  for (const text of ['', 'http', '0', '65536', '80.5', '-1']) {
    vi.stubEnv('PODO_PORT', text)
    expect(port).toThrow(new Refusal(`PODO_PORT is ${text}, but a port is a number from 1 to 65535.`))
  }
})

test('[CL17] the certificate names loopback, the machine, what its Pods know it by, and what it listens on', () => {
  const own = ['localhost', '127.0.0.1', hostname().toLowerCase(), '169.254.1.1']
  expect(serverNames('127.0.0.1')).toEqual(own)
  expect(serverNames('192.0.2.7')).toEqual([...own, '192.0.2.7'])
  expect(serverNames('0.0.0.0')).toEqual([...own, ...machineAddresses()])
})

test('[CL18] a node’s name is the machine’s, in the letters of a DNS name', () => {
  expect(nodeName()).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
})

test('[CL19] the range of the Pods’ addresses reaches the Worker only where it was chosen', () => {
  vi.stubEnv('PODO_CLUSTER_CIDR', undefined)
  expect(workerVars()).toEqual({})
  vi.stubEnv('PODO_CLUSTER_CIDR', '')
  expect(workerVars()).toEqual({})
  vi.stubEnv('PODO_CLUSTER_CIDR', '10.32.0.0/16')
  expect(workerVars()).toEqual({ PODO_CLUSTER_CIDR: '10.32.0.0/16' })
})

test('[CT137] the control plane is told its own address: of a loopback or of all addresses the machine’s first', () => {
  expect(apiVar('192.0.2.7', 8443, [])).toEqual({ PODO_API: 'https://192.0.2.7:8443' })
  for (const listen of ['127.0.0.1', '0.0.0.0']) {
    expect(apiVar(listen, 1, ['192.0.2.1', '192.0.2.2'])).toEqual({ PODO_API: 'https://192.0.2.1:1' })
    expect(apiVar(listen, 1, [])).toEqual({})
  }
})

test('[CL27] DOCKER_HOST names a local socket, or is refused in a sentence', () => {
  expect(dockerSocket({})).toBe('/var/run/docker.sock')
  expect(dockerSocket({ DOCKER_HOST: '' })).toBe('/var/run/docker.sock')
  expect(dockerSocket({ DOCKER_HOST: 'unix:///run/user/1000/docker.sock' })).toBe('/run/user/1000/docker.sock')
  expect(() => dockerSocket({ DOCKER_HOST: 'tcp://192.0.2.1:2375' })).toThrow(
    new Refusal(
      "DOCKER_HOST is tcp://192.0.2.1:2375, but podo's agent speaks to a local socket only: unset it or use unix://…",
    ),
  )
})
