import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { apiClient, messageOf } from './api-client.ts'
import { kubeconfigText, Refusal } from './state.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'podo-api-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('[CL25] without a kubeconfig, or with one that has no cluster or token, one sentence says so', () => {
  const path = join(dir, 'kubeconfig')
  expect(() => apiClient(path)).toThrow(
    new Refusal(`There is no ${path}: start podo with \`npm start\` first, or name a kubeconfig with --kubeconfig.`),
  )
  writeFileSync(path, 'apiVersion: v1\nkind: Config\n')
  expect(() => apiClient(path)).toThrow(new Refusal(`${path} names no cluster with a token user.`))
})

test('[CL25] a control plane that does not answer is named', async () => {
  const path = join(dir, 'kubeconfig')
  // Port 1 is never listened on, so the connection is refused at once.
  writeFileSync(path, kubeconfigText('https://127.0.0.1:1', '', 'admin', 'x'))
  await expect(apiClient(path).call('GET', '/livez')).rejects.toThrow(
    /^The control plane at https:\/\/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/,
  )
})

test('[CL26] a refusal of the server is its own sentence', () => {
  expect(messageOf({ code: 404, body: { kind: 'Status', message: 'pods "x" not found' } })).toBe('pods "x" not found')
  expect(messageOf({ code: 502, body: 'bad gateway' })).toBe('The control plane answered 502: "bad gateway"')
  expect(messageOf({ code: 500, body: null })).toBe('The control plane answered 500: null')
})
