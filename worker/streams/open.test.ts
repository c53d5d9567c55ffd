import { expect, test } from 'vitest'
import type { Resource } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { StreamOpen } from '../../api/wire.ts'
import type { Key, Reader, Row } from '../store/store.ts'
import { isTicketOf, openStream, ticketFor, type StreamRequest } from './open.ts'

const object = (kind: string, name: string, rest: object): Resource => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'd', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '' },
  ...rest,
})
const pod = (name: string, nodeName: string, containers: string[], inits: string[] = []) =>
  object('Pod', name, {
    spec: {
      nodeName,
      containers: containers.map((name) => ({ name })),
      initContainers: inits.map((name) => ({ name })),
    },
  })
const objects: Record<string, Resource> = {
  'pods/one': pod('one', 'n1', ['c']),
  'pods/two': pod('two', 'n1', ['a', 'b']),
  'pods/three': pod('three', 'n1', ['a', 'b'], ['i', 'j']),
  'pods/unbound': pod('unbound', '', ['c']),
  'pods/away': pod('away', 'n2', ['c']),
  'pods/lost': pod('lost', 'n3', ['c']),
  'pods/bare': pod('bare', 'n4', ['c']),
  'nodes/n1': object('Node', 'n1', { status: { addresses: [{}] } }),
  'nodes/n2': object('Node', 'n2', { status: { addresses: [{}] } }),
  'nodes/n4': object('Node', 'n4', {}),
}
const store = {
  get(key: Key): Row | undefined {
    const found = objects[`${key.resource}/${key.name}`]
    return found === undefined ? undefined : { ...key, uid: found.metadata.uid, version: 1, json: '', object: found }
  },
} as Reader // only `get` is used

function open(request: Partial<StreamRequest> & { name: string }, query = '') {
  const told: [string, StreamOpen][] = []
  const opened = openStream(
    { subresource: 'log', namespace: 'd', upgrade: 'websocket', query: new URLSearchParams(query), ...request },
    {
      store,
      secret: () => 'secret',
      nodes: { isLinked: (node) => node !== 'n2', openStream: (node, message) => told.push([node, message]) > 0 },
    },
  )
  return { opened, told }
}
function refusal(request: Parameters<typeof open>[0], query?: string): { code: number; message: string } {
  try {
    open(request, query)
  } catch (error) {
    if (error instanceof StatusError) return { code: error.code, message: error.message }
    throw error
  }
  return expect.unreachable('it was opened')
}

test('[SM1] the node’s agent is told what to stream, under an unguessable ticket that names the node', () => {
  const { opened, told } = open({ name: 'one' }, 'follow=true&tailLines=5&timestamps=1')
  expect(opened).toEqual({ ticket: 'n1~secret', kind: 'logs' })
  expect(told).toEqual([
    [
      'n1',
      {
        type: 'stream.open',
        kind: 'logs',
        ticket: 'n1~secret',
        pod: { namespace: 'd', name: 'one', uid: 'uid-one' },
        container: 'c',
        logs: { follow: true, previous: false, timestamps: true, tailLines: 5 },
      },
    ],
  ])
  const exec = open(
    { name: 'three', subresource: 'exec' },
    'command=sh&command=-c&stdin=true&stdout=true&stderr=true&tty=true&container=i',
  )
  expect(exec.told[0]?.[1]).toMatchObject({
    kind: 'exec',
    container: 'i',
    exec: { command: ['sh', '-c'], stdin: true, stdout: true, stderr: false, tty: true },
  })
})

test('[SM1] a ticket is its node’s only', () => {
  expect(isTicketOf(ticketFor('n1', 's'), 'n1')).toBe(true)
  expect(isTicketOf(ticketFor('n1', 's'), 'n')).toBe(false)
  expect(isTicketOf(ticketFor('n1', 's'), 'n11')).toBe(false)
})

test.each([
  [{ name: 'nope' }, '', 404, 'pods "nope" not found'],
  [{ name: 'one' }, 'container=zz', 400, 'container zz is not valid for pod one'],
  [{ name: 'two' }, '', 400, 'a container name must be specified for pod two, choose one of: [a b]'],
  [
    { name: 'three' },
    '',
    400,
    'a container name must be specified for pod three, choose one of: [a b] or one of the init containers: [i j]',
  ],
  [{ name: 'one' }, 'tailLines=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
  [
    { name: 'one' },
    'limitBytes=0',
    422,
    'PodLogOptions "one" is invalid: limitBytes: Invalid value: 0: must be greater than 0',
  ],
  [
    { name: 'one' },
    'tailLines=-1',
    422,
    'PodLogOptions "one" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    { name: 'one' },
    'sinceSeconds=0',
    422,
    'PodLogOptions "one" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0',
  ],
  [{ name: 'one' }, 'sinceTime=x', 400, 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
  [{ name: 'away' }, '', 503, 'the agent of node "n2" is not connected'],
  [{ name: 'lost' }, '', 404, 'nodes "n3" not found'],
  [{ name: 'bare' }, '', 500, 'no preferred addresses found; known addresses: []'],
  [
    { name: 'unbound', subresource: 'exec' as const },
    'command=ls&stdout=true',
    400,
    'pod unbound does not have a host assigned',
  ],
  [
    { name: 'one', subresource: 'exec' as const, upgrade: 'none' as const },
    'command=ls&stdout=true',
    400,
    'Upgrade request required',
  ],
  [
    { name: 'one', subresource: 'exec' as const },
    'command=ls',
    400,
    'you must specify at least 1 of stdin, stdout, stderr',
  ],
])('[SM2] %j ?%s → %i %s', (request, query, code, message) => {
  expect(refusal(request, query)).toEqual({ code, message })
})

test('[SM2] a client that speaks only SPDY is told what it needs, but first what is wrong with its request', () => {
  const spdy = { subresource: 'exec' as const, upgrade: 'spdy' as const }
  expect(refusal({ ...spdy, name: 'one' }, 'command=ls&stdout=true').message).toMatch(/kubectl speaks from 1\.30 on/)
  expect(refusal({ ...spdy, name: 'away' }, 'command=ls').message).toBe('the agent of node "n2" is not connected')
  expect(refusal({ ...spdy, name: 'unbound' }, 'command=ls').message).toBe('pod unbound does not have a host assigned')
})

test('[SM2] the log of a Pod without a node is empty, and nobody is told', () => {
  expect(open({ name: 'unbound' })).toEqual({ opened: undefined, told: [] })
})
