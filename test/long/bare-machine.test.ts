import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { removeNetwork } from '../../agent/network/remove-network.ts'
import { ROOT } from '../../cli/layout.ts'
import { until } from '../support/docker.ts'

/** What a newcomer has: Debian, git, npm, an old Node, and this repository. */
const script = join(ROOT, 'test/bare-machine.sh')
let dir = ''
afterAll(async () => {
  spawnSync('bash', [script, 'remove', dir])
  await removeNetwork()
  // dockerd of that machine shared our network; its bridge is all that outlives it.
  spawnSync('ip', ['link', 'del', 'docker0'])
})

test('[CL20] npm start on a bare machine ends in three running nginx, and a curl to one answers its page', async () => {
  dir = await mkdtemp(join(tmpdir(), 'podo-bare-'))
  expect(spawnSync('bash', [script, 'make', dir], { stdio: 'ignore' }).status).toBe(0)
  expect(spawnSync('git', ['clone', '-q', ROOT, join(dir, 'root/podo')]).status).toBe(0)
  const machine = spawn('bash', [script, 'run', dir, 'sh', '-c', 'cd podo && exec npm start'], { detached: true })
  let text = ''
  machine.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  machine.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  try {
    await until(() => /Ctrl-C stops podo|^podo: /m.test(text), 600_000, `npm start is through:\n${text}`)
    expect(text.match(/nginx-\S+ +1\/1 +Running/g)).toHaveLength(3)
    const routes = spawnSync('ip', ['route'], { encoding: 'utf8' }).stdout
    const ip = /^(10\.244\.\d+\.\d+) dev pv/m.exec(routes)?.[1]
    const answer = spawnSync('curl', ['-s', '-m', '5', `http://${ip}/`], { encoding: 'utf8' }).stdout
    expect(answer).toContain('Welcome to nginx')
  } finally {
    if (machine.pid !== undefined) process.kill(-machine.pid, 'SIGKILL')
  }
})
