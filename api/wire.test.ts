import { expect, test } from 'vitest'
import {
  agree,
  LONGEST_MESSAGE,
  readFromAgent,
  readFromControlPlane,
  readJoinAnswer,
  readJoinRequest,
  readVersions,
  versionRefusal,
  WireError,
  WIRE_VERSION,
  write,
  type FromAgent,
  type FromControlPlane,
} from './wire.ts'

const pod = { namespace: 'default', name: 'web', uid: 'u1' }
const object = (kind: string) => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name: 'x',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2026-11-24T00:00:00Z',
  },
  spec: { deep: [{ a: 1 }] },
})
const facts = { labels: { 'kubernetes.io/os': 'linux' }, status: { capacity: { cpu: '2' }, conditions: [] } }

const agentMessages: FromAgent[] = [
  { type: 'hello', version: 1, oldest: 1, agent: '0.1.0', name: 'a', machine: 'm', revision: 0, node: facts },
  { type: 'node', node: facts },
  { type: 'ack', revision: 12 },
  { type: 'resync' },
  { type: 'report', id: 1, statuses: [], gone: [], events: [] },
  {
    type: 'report',
    id: 2,
    statuses: [{ pod, status: { phase: 'Running', containerStatuses: [{ name: 'c', ready: true }] } }],
    gone: [{ pod, status: { phase: 'Succeeded' } }],
    events: [
      {
        about: { kind: 'Pod', ...pod },
        kind: 'Normal',
        reason: 'Started',
        message: 'Container started',
        fieldPath: 'spec.containers{c}',
      },
      {
        about: { kind: 'Node', namespace: '', name: 'a', uid: 'n' },
        kind: 'Warning',
        reason: 'ClockSkew',
        message: 'm',
      },
    ],
  },
]

const controlPlaneMessages: FromControlPlane[] = [
  { type: 'welcome', version: 1, uid: 'n', now: 1_700_000_000_000 },
  { type: 'refused', reason: 'NodeGone', message: 'node "a" was deleted' },
  {
    type: 'snapshot',
    revision: 9,
    node: object('Node'),
    clusterCIDR: '10.244.0.0/14',
    pods: [object('Pod')],
    configMaps: [],
    secrets: [object('Secret')],
  },
  {
    type: 'delta',
    from: 9,
    revision: 11,
    node: object('Node'),
    pods: [object('Pod')],
    configMaps: [object('ConfigMap')],
    secrets: [],
    removed: { pods: [pod], configMaps: [{ namespace: 'default', name: 'c' }], secrets: [] },
  },
  { type: 'received', id: 3 },
  {
    type: 'stream.open',
    kind: 'logs',
    ticket: 't',
    pod,
    container: 'c',
    logs: { follow: true, previous: false, timestamps: false, tailLines: 10, since: 5.5 },
  },
  {
    type: 'stream.open',
    kind: 'exec',
    ticket: 't',
    pod,
    container: 'c',
    exec: { command: ['sh'], stdin: true, stdout: true, stderr: false, tty: true },
  },
]

test.each(agentMessages.map((message) => [message.type, message] as const))(
  '[ND2] an agent’s %s survives the way',
  (_, message) => expect(readFromAgent(write(message))).toEqual(message),
)

test.each(controlPlaneMessages.map((message) => [message.type, message] as const))(
  '[ND2] the control plane’s %s survives the way',
  (_, message) => expect(readFromControlPlane(write(message))).toEqual(message),
)

test('[ND2] fields of a later version are passed over', () => {
  expect(readFromAgent('{"type":"ack","revision":1,"later":true}')).toEqual({ type: 'ack', revision: 1 })
})

test.each([
  ['not JSON', '{'],
  ['an unknown type', '{"type":"nonsense"}'],
  ['the other side’s type', '{"type":"welcome","version":1,"uid":"n","now":1}'],
  ['a wrong field', '{"type":"ack","revision":"1"}'],
  ['a negative number', '{"type":"ack","revision":-1}'],
  ['a list', '[]'],
  ['null', 'null'],
  ['a report without its lists', '{"type":"report","id":1}'],
  ['a message that is too long', ' '.repeat(LONGEST_MESSAGE + 1)],
])('[ND3] %s is one WireError', (_, text) => {
  expect(() => readFromAgent(text)).toThrow(WireError)
})

test('[ND3] the error names the field', () => {
  expect(() => readFromAgent('{"type":"ack","revision":"1"}')).toThrow(/^malformed message: revision: /)
  expect(() => readFromControlPlane('{"type":"snapshot","revision":1,"node":{}}')).toThrow(/^malformed message: node: /)
  expect(() => readFromControlPlane('{"type":"stream.open","kind":"attach"}')).toThrow(WireError)
})

test('[ND4] both ends agree on the newest version that both speak', () => {
  const ours = { version: 5, oldest: 4 }
  expect(agree({ version: 5, oldest: 4 }, ours)).toEqual({ agreed: 5 })
  expect(agree({ version: 4, oldest: 3 }, ours)).toEqual({ agreed: 4 })
  expect(agree({ version: 6, oldest: 5 }, ours)).toEqual({ agreed: 5 })
  expect(agree({ version: 3, oldest: 2 }, ours)).toEqual({ refused: 'AgentTooOld' })
  expect(agree({ version: 7, oldest: 6 }, ours)).toEqual({ refused: 'AgentTooNew' })
})

test('[ND4] an agent too old or too new is told by name, whatever else its hello holds', () => {
  const hello = `{"type":"hello","version":${WIRE_VERSION + 9},"oldest":${WIRE_VERSION + 8},"agent":"9.0.0","name":"pi","shape":"unknown"}`
  const versions = readVersions(hello)
  expect(agree(versions)).toEqual({ refused: 'AgentTooNew' })
  expect(versionRefusal('AgentTooNew', versions)).toBe(
    `agent 9.0.0 of node "pi" speaks wire version ${WIRE_VERSION + 8} to ${WIRE_VERSION + 9}, this control plane speaks 1: update the control plane`,
  )
  expect(versionRefusal('AgentTooOld', { name: 'pi', agent: '0.0.1', version: 0, oldest: 0 })).toBe(
    'agent 0.0.1 of node "pi" speaks wire version 0, this control plane speaks 1: update the agent',
  )
})

test('[ND5] joining: request and answer survive the way', () => {
  const request = { version: 1, oldest: 1, agent: '0.1.0', name: 'a', machine: 'm', node: facts }
  expect(readJoinRequest(JSON.stringify(request))).toEqual(request)
  const answer = { credential: 'podo-node.x', name: 'a', uid: 'u' }
  expect(readJoinAnswer(JSON.stringify(answer))).toEqual(answer)
  expect(() => readJoinRequest('{}')).toThrow(WireError)
})
