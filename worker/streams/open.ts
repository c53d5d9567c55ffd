import { badRequest, notFound, untranslated } from '../../api/meta/failures.ts'
import type { Resource } from '../../api/meta/object.ts'
import { StatusError } from '../../api/meta/status-error.ts'
import type { StreamOpen } from '../../api/wire.ts'
import type { Reader } from '../store/store.ts'
import { checkExec, execWanted, logsWanted } from './options.ts'

/** What the Worker learns when a session may begin: the name of the Stream object, and for logs what to read. */
export interface Opened {
  readonly ticket: string
  readonly kind: 'logs' | 'exec'
}

/** A request for `pods/{name}/log` or `pods/{name}/exec`, authenticated and authorised. */
export interface StreamRequest {
  readonly subresource: 'log' | 'exec'
  readonly namespace: string
  readonly name: string
  readonly query: URLSearchParams
  /** How the client wants to speak: what the Worker saw of its Upgrade header. */
  readonly upgrade: 'websocket' | 'spdy' | 'none'
}

export interface OpensWith {
  readonly store: Reader
  readonly nodes: {
    /** Whether the node's agent is connected. */
    isLinked(node: string): boolean
    /** Tells it; false where it is not connected. */
    openStream(node: string, message: StreamOpen): boolean
  }
  /** 256 random bits as text that fits a URL. */
  readonly secret: () => string
}

interface PodLike extends Resource {
  spec?: {
    nodeName?: string
    containers?: { name: string }[]
    initContainers?: { name: string }[]
    ephemeralContainers?: { name: string }[]
  }
}
interface NodeLike extends Resource {
  status?: { addresses?: unknown[] }
}

/**
 * Checks the request as kube-apiserver does, in its order and words (pkg/registry/core/pod: LogLocation and
 * streamLocation), and asks the node's agent to dial the session. Undefined: a log of a Pod without a node, which is
 * answered 204. Throws StatusErrors.
 */
export function openStream(request: StreamRequest, by: OpensWith): Opened | undefined {
  const { subresource, namespace, name, query } = request
  const logs = subresource === 'log' ? logsWanted(name, query) : undefined
  const row = by.store.get({ resource: 'pods', namespace, name })
  if (row === undefined) throw notFound('pods', name)
  const pod = row.object as PodLike // rows of `pods` hold Pods
  const container = containerOf(pod, query.get('container') ?? '')
  const node = pod.spec?.nodeName ?? ''
  if (node === '') {
    if (logs !== undefined) return undefined
    throw badRequest(`pod ${name} does not have a host assigned`)
  }
  checkNode(by.store, node)
  if (!by.nodes.isLinked(node)) throw unlinked(node)
  const exec = logs === undefined ? execFor(request) : undefined
  const ticket = ticketFor(node, by.secret())
  const opening = { type: 'stream.open', ticket, pod: { namespace, name, uid: row.uid }, container } as const
  const message: StreamOpen | undefined =
    logs !== undefined
      ? { ...opening, kind: 'logs', logs }
      : exec !== undefined
        ? { ...opening, kind: 'exec', exec }
        : undefined
  if (message === undefined || !by.nodes.openStream(node, message)) throw unlinked(node)
  return { ticket, kind: message.kind }
}

function execFor(request: StreamRequest) {
  if (request.upgrade === 'spdy') throw spdyRefused()
  if (request.upgrade === 'none') throw badRequest('Upgrade request required')
  const wanted = execWanted(request.query)
  checkExec(wanted)
  return wanted
}

/** kubectl before 1.30 asks for SPDY only; newer ones fall back to it when a WebSocket was refused. */
const spdyRefused = (): StatusError =>
  badRequest('SPDY cannot pass the edge that serves this API: exec needs WebSockets, which kubectl speaks from 1.30 on')

const unlinked = (node: string): StatusError =>
  new StatusError('ServiceUnavailable', `the agent of node "${node}" is not connected`)

/** The container that is meant, as the server picks it: kubectl's default-container annotation is kubectl's alone. */
export function containerOf(pod: PodLike, wanted: string): string {
  const names = (list: { name: string }[] | undefined): string[] => (list ?? []).map((container) => container.name)
  const containers = names(pod.spec?.containers)
  const inits = names(pod.spec?.initContainers)
  const { name } = pod.metadata
  if (wanted !== '') {
    if ([...containers, ...inits, ...names(pod.spec?.ephemeralContainers)].includes(wanted)) return wanted
    throw badRequest(`container ${wanted} is not valid for pod ${name}`)
  }
  const [only] = containers
  if (containers.length === 1 && only !== undefined) return only
  const choice = containers.length === 0 ? '' : `, choose one of: [${containers.join(' ')}]`
  const initChoice =
    containers.length === 0 || inits.length === 0 ? '' : ` or one of the init containers: [${inits.join(' ')}]`
  throw badRequest(`a container name must be specified for pod ${name}${choice}${initChoice}`)
}

/** A Pod's node must be there and have an address. Throws 404 and Kubernetes' 500. */
export function checkNode(store: Reader, name: string): void {
  const row = store.get({ resource: 'nodes', namespace: '', name })
  if (row === undefined) throw notFound('nodes', name)
  const { status } = row.object as NodeLike // rows of `nodes` hold Nodes
  if ((status?.addresses ?? []).length === 0) throw untranslated('no preferred addresses found; known addresses: []')
}

/**
 * Names a session: the node whose agent may dial it, and a secret. The Worker compares the name with the credential of
 * whoever dials before it wakes the Stream object; nobody can guess the rest.
 */
export const ticketFor = (node: string, secret: string): string => `${node}~${secret}`

/** Whether a credential of this node may dial this ticket. */
export const isTicketOf = (ticket: string, node: string): boolean => ticket.startsWith(`${node}~`)

const OPENED = 'x-podo-stream'
const UPGRADE = 'x-podo-upgrade'

/** The Cluster object's answer to the Worker: 204 for no log, else where the session is. */
export function openedResponse(opened: Opened | undefined): Response {
  if (opened === undefined) return new Response(null, { status: 204 })
  return Response.json(opened, { headers: { [OPENED]: opened.kind } })
}

/** Reads it; undefined where the request was refused or answered. */
export async function readOpened(response: Response): Promise<Opened | undefined> {
  if (response.status !== 200 || response.headers.get(OPENED) === null) return undefined
  return (await response.json()) as Opened // written by openedResponse
}

/** The request that the Worker sends to the Cluster object in place of the client's: it must not be an upgrade. */
export function askToOpen(request: Request): Request {
  const upgrade = request.headers.get('upgrade')?.toLowerCase() ?? ''
  const spdy = upgrade.startsWith('spdy') || request.headers.has('x-stream-protocol-version')
  const headers = new Headers([...request.headers].filter(([name]) => !isOfUpgrade(name)))
  headers.set(UPGRADE, upgrade === 'websocket' ? 'websocket' : spdy ? 'spdy' : 'none')
  return new Request(request.url, { method: request.method, headers })
}

const isOfUpgrade = (name: string): boolean =>
  name === 'upgrade' || name === 'connection' || name.startsWith('sec-websocket-')

/** What `askToOpen` noted of the client's Upgrade header. */
export function upgradeOf(request: Request): StreamRequest['upgrade'] {
  const value = request.headers.get(UPGRADE)
  return value === 'websocket' || value === 'spdy' ? value : 'none'
}
