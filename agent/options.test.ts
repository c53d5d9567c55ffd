import { expect, test } from 'vitest'
import { readOptions, UsageError } from './options.ts'

test('[AG51] arguments win over the environment, and the rest has a default', () => {
  const env = { PODO_SERVER: 'https://env:1', PODO_TOKEN: 't', DOCKER_HOST: 'unix:///run/d.sock' }
  expect(readOptions(['--server', 'https://arg:2', '--ca', 'f'], env, 'Pi')).toEqual({
    server: new URL('https://arg:2'),
    name: 'pi',
    token: 't',
    state: '/var/lib/podo/pi',
    docker: '/run/d.sock',
    ca: 'f',
  })
  expect(readOptions(['--help'], {})).toBeUndefined()
})

test.each([
  [[], /--server is missing/],
  [['--server', 'nonsense'], /not an http or https URL/],
  [['--server', 'ftp://x'], /not an http or https URL/],
  [['--server', 'https://x', '--docker', 'tcp://y:2375'], /not a local socket/],
  [['--server', 'https://x', '--ca-hash', 'md5:1'], /not sha256:/],
  [['--server', 'https://x', '--colour', 'red'], /--colour/],
  [['--server', 'https://x', 'extra'], /extra/],
])('[AG51] %j is refused in a sentence', (args, says) => {
  expect(() => readOptions(args, {})).toThrow(UsageError)
  expect(() => readOptions(args, {})).toThrow(says)
})
