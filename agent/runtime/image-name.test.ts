import { expect, test } from 'vitest'
import { parseImageName } from './image-name.ts'

const digest = `sha256:${'0'.repeat(64)}`

test.each([
  ['nginx', { repository: 'nginx', registry: 'docker.io', tag: 'latest' }],
  ['nginx:1.27', { repository: 'nginx', registry: 'docker.io', tag: '1.27' }],
  ['team/app', { repository: 'team/app', registry: 'docker.io', tag: 'latest' }],
  ['localhost/app', { repository: 'localhost/app', registry: 'localhost', tag: 'latest' }],
  ['127.0.0.1:5000/app', { repository: '127.0.0.1:5000/app', registry: '127.0.0.1:5000', tag: 'latest' }],
  ['ghcr.io/a/b:v1', { repository: 'ghcr.io/a/b', registry: 'ghcr.io', tag: 'v1' }],
  [`nginx@${digest}`, { repository: 'nginx', registry: 'docker.io', tag: 'latest', digest }],
])('%s', (text, expected) => {
  expect(parseImageName(text)).toEqual(expected)
})

test.each([
  ['UPPER', 'invalid reference format: repository name must be lowercase'],
  ['a/B:1', 'invalid reference format: repository name must be lowercase'],
  ['', 'invalid reference format'],
  ['a b', 'invalid reference format'],
  ['nginx:', 'invalid reference format'],
  ['nginx@sha256:12', 'invalid reference format'],
])('%s is none', (text, error) => {
  expect(parseImageName(text)).toEqual({ error })
})
