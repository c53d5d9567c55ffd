import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { fingerprint, kubeconfigText, openState, Refusal } from './state.ts'

const NOW = Date.UTC(2026, 0, 1)
const DAY = 86_400_000
const NAMES = ['localhost', '127.0.0.1', 'pi']
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podo-state-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('[CL2] a kubeconfig names the server, its authority and a token user', () => {
  expect(parse(kubeconfigText('https://127.0.0.1:8443', 'PEM\n', 'admin', 'secret'))).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'podo',
        cluster: { server: 'https://127.0.0.1:8443', 'certificate-authority-data': btoa('PEM\n') },
      },
    ],
    contexts: [{ name: 'podo', context: { cluster: 'podo', user: 'admin' } }],
    'current-context': 'podo',
    users: [{ name: 'admin', user: { token: 'secret' } }],
  })
})

test('[CL3] the folder is made once: a second start finds the same secrets and certificates', async () => {
  const first = await openState(dir, NAMES, 8443, NOW)
  const again = await openState(dir, NAMES, 8443, NOW + DAY)
  expect(again).toEqual(first)
  expect(first.adminToken).toMatch(/^[\w-]{43}$/)
  expect(first.key).toMatch(/^1:/)
  const secret = readdirSync(dir).filter((name) => !['store', 'version'].includes(name))
  expect(secret.filter((name) => (statSync(join(dir, name)).mode & 0o077) !== 0)).toEqual([])
})

test('[CL4] another port changes the kubeconfig and nothing else', async () => {
  const first = await openState(dir, NAMES, 8443, NOW)
  const moved = await openState(dir, NAMES, 9443, NOW)
  expect(moved).toEqual(first)
  expect(parse(readFileSync(first.kubeconfig, 'utf8')).clusters[0].cluster.server).toBe('https://127.0.0.1:9443')
})

test('[CL5] the server’s certificate is made anew for new names and before it ends, by the same authority', async () => {
  const first = await openState(dir, NAMES, 8443, NOW)
  const named = await openState(dir, [...NAMES, '192.0.2.7'], 8443, NOW)
  expect(named.server.certificate).not.toBe(first.server.certificate)
  expect(new X509Certificate(named.server.certificate).checkIP('192.0.2.7')).toBe('192.0.2.7')
  const kept = await openState(dir, NAMES, 8443, NOW + 334 * DAY)
  expect(kept.server).toEqual(named.server)
  const renewed = await openState(dir, NAMES, 8443, NOW + 336 * DAY)
  expect(renewed.server.certificate).not.toBe(named.server.certificate)
  const authority = new X509Certificate(first.authority)
  for (const one of [first, named, renewed]) {
    expect(one.authority).toBe(first.authority)
    expect(new X509Certificate(one.server.certificate).verify(authority.publicKey)).toBe(true)
    expect(one.server.certificate.trim().endsWith(first.authority.trim())).toBe(true)
  }
})

test('[CL6] a folder of a newer podo is refused and left alone', async () => {
  writeFileSync(join(dir, 'version'), '2\n')
  await expect(openState(dir, NAMES, 8443, NOW)).rejects.toThrow(
    new Refusal(
      `${dir} was written by a newer podo (folder version 2, this one knows 1): update podo, or move the folder away to begin anew.`,
    ),
  )
  expect(readdirSync(dir)).toEqual(['version'])
})

test('[CL7] the fingerprint is that of the certificate itself, whatever the form of its text', async () => {
  const { authority } = await openState(dir, NAMES, 8443, NOW)
  const known = new X509Certificate(authority).fingerprint256.replaceAll(':', '').toLowerCase()
  expect(fingerprint(authority)).toBe(`sha256:${known}`)
  expect(fingerprint(authority.replaceAll('\n', '\r\n'))).toBe(`sha256:${known}`)
})
