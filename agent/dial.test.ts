import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer as createProxy, type Server } from 'node:http'
import { createServer as createTls } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { makeAuthority, makeServer } from '../cli/certificate.ts'
import { authorityOf, fingerprintOf, joinCluster, JoinRefused, readCredential } from './credential.ts'
import { dial, post } from './dial.ts'

/** A control plane of a few lines behind TLS, and a proxy that asks for a password. */
let ca: string
let server: URL
let proxy: URL
let folder: string
const seen = { tunnels: [] as string[], credentials: [] as (string | undefined)[] }
const closing: Server[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'podo-dial-'))
  const authority = await makeAuthority(Date.now())
  const { certificate, key } = await makeServer(authority, ['localhost', '127.0.0.1', 'podo.test'], Date.now())
  ca = authority.certificate
  const tls = createTls({ key, cert: `${certificate}\n${authority.certificate}` }, (request, answer) => {
    seen.credentials.push(request.headers.authorization)
    if (request.headers.authorization !== 'Bearer good') {
      answer
        .writeHead(403, { 'content-type': 'application/json' })
        .end('{"kind":"Status","message":"this join token was used"}')
      return
    }
    answer.writeHead(201).end('{"credential":"podo-node.x","name":"n1","uid":"u1"}')
  })
  const sockets = new WebSocketServer({ server: tls })
  sockets.on('connection', (socket, request) => {
    seen.credentials.push(request.headers.authorization)
    socket.on('message', (data: Buffer) => socket.send(data.toString()))
  })
  server = new URL(`https://localhost:${await listen(tls)}`)
  const tunnel = createProxy()
  tunnel.on('connect', (request, socket, head) => {
    seen.tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`)
    if (request.headers['proxy-authorization'] === undefined) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const [, port] = (request.url ?? '').split(':')
    const there = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      there.write(head)
      there.pipe(socket).pipe(there)
    })
    there.on('error', () => socket.destroy())
    socket.on('error', () => there.destroy())
  })
  proxy = new URL(`http://user:pass@127.0.0.1:${await listen(tunnel)}`)
})
afterAll(() => {
  for (const one of closing) one.close()
  rmSync(folder, { recursive: true, force: true })
})
async function listen(one: Server): Promise<number> {
  closing.push(one)
  await new Promise<void>((resolve) => void one.listen(0, '127.0.0.1', resolve))
  return (one.address() as AddressInfo).port // it listens on TCP
}
/** `localhost` is never proxied, so the proxied ways name the machine otherwise. */
const named = (host: string): URL => new URL(server.href.replace('localhost', host))
const roundTrip = (way: Parameters<typeof dial>[0]): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = dial(way, '/podo/node', 'secret')
    socket.on('open', () => socket.send('hello'))
    socket.on('message', (data: Buffer) => {
      resolve(data.toString())
      socket.close()
    })
    socket.on('error', reject)
  })

test('[AG54] a control plane is trusted by its own authority only', async () => {
  expect(await roundTrip({ server, ca, env: {} })).toBe('hello')
  expect(seen.credentials.at(-1)).toBe('Bearer secret')
  await expect(roundTrip({ server, env: {} })).rejects.toThrow(/certificate/)
})

test('[AG45] WebSockets and requests go through the proxy, with its password', async () => {
  const env = { HTTPS_PROXY: proxy.href }
  expect(await roundTrip({ server: named('podo.test'), ca, env })).toBe('hello')
  const expected = `podo.test:${server.port} Basic ${Buffer.from('user:pass').toString('base64')}`
  expect(seen.tunnels).toEqual([expected])
  expect(await post({ server: named('podo.test'), ca, env }, '/podo/join', 'good', '{}')).toMatchObject({ status: 201 })
  expect(seen.tunnels).toEqual([expected, expected])
})

test('[AG54] the certificate is checked against the name that was asked for, through a proxy as well', async () => {
  const way = { server: named('other.test'), ca, env: { HTTPS_PROXY: proxy.href } }
  await expect(roundTrip(way)).rejects.toThrow(/other\.test/)
  await expect(post(way, '/podo/join', 'good', '{}')).rejects.toThrow(/other\.test/)
})

test('[AG45] a proxy that refuses is named, with its answer', async () => {
  const open = new URL(proxy)
  open.username = ''
  open.password = ''
  const way = { server: named('podo.test'), ca, env: { HTTPS_PROXY: open.href } }
  await expect(roundTrip(way)).rejects.toThrow(`the proxy ${proxy.host} answered 407 Proxy Authentication Required`)
})

test('[AG55] the authority of a join line is found by its hash, and by no other', async () => {
  const hash = fingerprintOf(new X509Certificate(ca))
  const found = await authorityOf(server, hash)
  expect(fingerprintOf(new X509Certificate(found))).toBe(hash)
  expect(await roundTrip({ server, ca: found, env: {} })).toBe('hello')
  await expect(authorityOf(server, `sha256:${'0'.repeat(64)}`)).rejects.toThrow(/shows no certificate authority/)
})

test('[AG55] a credential is kept for its owner only; a refusal is told in the control plane’s words', async () => {
  const about = { name: 'n1', machine: 'm1', agent: '0.1.0', node: { labels: {}, status: {} } }
  const way = { server, ca, env: {} }
  await expect(joinCluster(folder, way, 'bad', about)).rejects.toThrow(JoinRefused)
  await expect(joinCluster(folder, way, 'bad', about)).rejects.toThrow('this join token was used')
  expect(readCredential(folder)).toBeUndefined()
  const credential = await joinCluster(folder, way, 'good', about)
  expect(readCredential(folder)).toEqual(credential)
  expect(credential).toEqual({ server: server.href, name: 'n1', uid: 'u1', machine: 'm1', credential: 'podo-node.x' })
  expect(statSync(join(folder, 'credential.json')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, 'credential.json'), 'utf8')).toContain('podo-node.x')
})
