import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readOptions } from '../agent/options.ts'
import { NODE_FLAGS } from './agent-process.ts'
import { advertise, joinLine } from './join.ts'
import { reachableAt } from './layout.ts'
import { fingerprint, kubeconfigText, Refusal } from './state.ts'

const SERVER = 'https://192.0.2.1:8443'
const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
let dir: string
let kubeconfig: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podo-join-'))
  kubeconfig = join(dir, 'kubeconfig')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('[CL8] the join line names server, authority, token and name, as the agent reads them', () => {
  writeFileSync(kubeconfig, kubeconfigText(SERVER, PEM, 'admin', 'the-admin-token'))
  const line = joinLine(kubeconfig, 'podo-join.x', 'pi')
  expect(line).not.toContain('the-admin-token')
  const [program, ...words] = line.split(' ')
  const start = NODE_FLAGS.length
  expect([program, ...words.slice(0, start + 1)]).toEqual(['node', ...NODE_FLAGS, 'dist/agent.cjs'])
  expect(readOptions(words.slice(start + 1), {}, 'other')).toMatchObject({
    server: new URL(SERVER),
    caHash: fingerprint(PEM),
    token: 'podo-join.x',
    name: 'pi',
  })
})

test('[CL8] without a name or an authority of its own the line leaves them out', () => {
  writeFileSync(kubeconfig, kubeconfigText(SERVER, '', 'admin', 'the-admin-token'))
  expect(joinLine(kubeconfig, 'podo-join.x', undefined)).toBe(
    `node ${NODE_FLAGS.join(' ')} dist/agent.cjs --server ${SERVER} --token podo-join.x`,
  )
})

test('[CL8] a kubeconfig without a cluster is refused by name', () => {
  writeFileSync(kubeconfig, 'apiVersion: v1\nkind: Config\n')
  expect(() => joinLine(kubeconfig, 'podo-join.x', undefined)).toThrow(new Refusal(`${kubeconfig} names no cluster.`))
})

test('[CL33] a join line names the address that the control plane listens on, not the loopback of the kubeconfig', () => {
  writeFileSync(kubeconfig, kubeconfigText('https://127.0.0.1:8443', '', 'admin', 'x'))
  advertise(kubeconfig, reachableAt('0.0.0.0', 8443, ['192.0.2.7', '192.0.2.8']))
  expect(joinLine(kubeconfig, 'podo-join.x', undefined)).toContain(' --server https://192.0.2.7:8443 ')
  advertise(kubeconfig, reachableAt('127.0.0.1', 8443))
  expect(joinLine(kubeconfig, 'podo-join.x', undefined)).toContain(' --server https://127.0.0.1:8443 ')
})
