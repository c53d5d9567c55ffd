import { expect, test } from 'vitest'
import { proxyFor } from './proxy.ts'

const ask = (url: string, env: Record<string, string>) => proxyFor(new URL(url), env)?.href

test('[AG45] HTTPS_PROXY is for wss and https, HTTP_PROXY for the others', () => {
  const env = { HTTPS_PROXY: 'http://user:pw@p:3128', HTTP_PROXY: 'q:80' }
  expect(ask('wss://c.example.com/x', env)).toBe('http://user:pw@p:3128/')
  expect(ask('https://c.example.com', env)).toBe('http://user:pw@p:3128/')
  expect(ask('ws://c.example.com', env)).toBe('http://q/')
  expect(ask('https://c.example.com', { ...env, https_proxy: 'http://lower' })).toBe('http://lower/')
  expect(ask('https://c.example.com', {})).toBeUndefined()
})

test.each([
  ['*', true],
  ['example.com', true],
  ['c.example.com', true],
  ['.example.com', true],
  ['*.example.com', true],
  ['ample.com', false],
  ['other.org, c.example.com:8443', true],
  ['c.example.com:443', false],
  ['', false],
])('[AG45] NO_PROXY=%s for c.example.com:8443 → direct %s', (list, direct) => {
  expect(ask('wss://c.example.com:8443', { HTTPS_PROXY: 'http://p', NO_PROXY: list }) === undefined).toBe(direct)
})

test.each([
  ['10.0.0.0/8', 'https://10.1.2.3', true],
  ['10.0.0.0/8', 'https://11.1.2.3', false],
  ['10.1.2.3', 'https://10.1.2.3', true],
  ['fd00::/8', 'https://[fd00::1]', true],
  ['fd00::1', 'https://[fd00::1]:8443', true],
  ['10.0.0.0/33', 'https://10.1.2.3', false],
  ['nonsense/8', 'https://10.1.2.3', false],
  ['', 'https://localhost:8443', true],
  ['', 'https://127.0.0.1:8443', true],
])('[AG45] NO_PROXY=%s for %s → direct %s', (list, url, direct) => {
  expect(ask(url, { HTTPS_PROXY: 'http://p', NO_PROXY: list }) === undefined).toBe(direct)
})
