import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster, type TestCluster } from '../support/cluster.ts'
import { newest } from '../support/kubectl.ts'

/** Tests of Kubernetes' conformance suite that need a kubectl and no Pod, by their names. */
let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster?.stop())

test('[AP232] Kubectl api-versions should check if v1 is in available api versions', async () => {
  expect((await cluster.ok(['api-versions'])).split('\n')).toContain('v1')
})

test('[AP232] Kubectl cluster-info should check if Kubernetes control plane services is included in cluster-info', async () => {
  expect(await cluster.ok(['cluster-info'])).toMatch(/Kubernetes control plane.* is running at .*https:\/\//)
})

test('[AP232] Kubectl version should check is all data is printed', async () => {
  expect(await cluster.ok(['version', '-o', 'yaml'])).toMatch(
    /clientVersion:[\s\S]*serverVersion:[\s\S]*gitVersion: v1\.36[\s\S]*major: "1"\n[\s\S]* minor: "36"/,
  )
})

/** Runs `kubectl proxy` until `work` is done with the line that it printed. */
async function proxied<T>(args: readonly string[], work: (said: string) => Promise<T>): Promise<T> {
  const child = spawn(newest().path, ['--kubeconfig', cluster.state.kubeconfig, 'proxy', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const said = await new Promise<string>((done, fail) => {
      child.stdout.once('data', (chunk: Buffer) => done(chunk.toString()))
      child.once('exit', (code) => fail(new Error(`kubectl proxy exited ${code}`)))
    })
    return await work(said)
  } finally {
    child.kill('SIGKILL')
  }
}
const apiBy = (way: { port: number } | { socketPath: string }): Promise<string> =>
  new Promise((done, fail) => {
    const sent = request({ ...way, host: '127.0.0.1', path: '/api/', timeout: 10_000 }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => done(text))
    })
    sent.on('error', fail)
    sent.end()
  })

test('[AP232] Proxy server should support proxy with --port 0', async () => {
  const answer = await proxied(['--port=0', '--disable-filter'], (said) => {
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1])
    return apiBy({ port })
  })
  expect(JSON.parse(answer)).toMatchObject({ kind: 'APIVersions', versions: ['v1'] })
})

test('[AP232] Proxy server should support --unix-socket=/path', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'podo-proxy-'))
  try {
    const socketPath = join(dir, 'test')
    const answer = await proxied([`--unix-socket=${socketPath}`], () => apiBy({ socketPath }))
    expect(JSON.parse(answer)).toMatchObject({ kind: 'APIVersions', versions: ['v1'] })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
