import { NODE_PATH, STREAMS_PATH, type EventReport, type NodeStatement, type StreamOpen } from '../api/wire.ts'
import { Cache, CacheDamaged } from './cache.ts'
import { systemClock as clock } from './clock.ts'
import type { Credential } from './credential.ts'
import { dial, post, type Way } from './dial.ts'
import type { Held } from './held.ts'
import { join, knownCredential, wayOf } from './join.ts'
import { Link } from './link.ts'
import type { Log } from './log.ts'
import { apiAddressOf, isLoopback } from './network/api-address.ts'
import { makeNetwork } from './network/machine.ts'
import { NodeWatch } from './node-watch.ts'
import type { Options } from './options.ts'
import { Outbox } from './outbox.ts'
import type { Reports } from './pod/pods.ts'
import { makePods } from './pods.ts'
import { dockerRuntime } from './runtime/docker.ts'
import { controlLine, streamLine } from './sockets.ts'
import { openStateFolder } from './state-folder.ts'
import { makeStreams } from './streams.ts'
import { unsupportedFields } from './unsupported.ts'
import { machineVolumes } from './volumes/machine.ts'
import { placesOf } from './volumes/places.ts'
import { Tokens } from './volumes/tokens.ts'
import type { Volumes } from './volumes/volumes.ts'
import { Wanted } from './wanted.ts'

/** A clock that is off by more shows in certificates, tokens and times; people should hear of it. */
const SKEW_MS = 30_000

/**
 * Starts the agent: first what this machine should run, from its own disk; then, and for ever, the control plane.
 * Rejects where it can do nothing at all (no credential and no token, a state folder of a newer agent).
 */
export async function startAgent(options: Options, agent: string, log: Log): Promise<{ stop(): Promise<void> }> {
  const { name, docker, state, address } = options
  openStateFolder(state)
  const cache = new Cache(state)
  const held = readCache(cache, log)
  const outbox = new Outbox()
  const runtime = dockerRuntime({ socket: docker, node: name })
  const api = apiAddressOf(options.server)
  const network = makeNetwork({ apiPort: isLoopback(options.server) ? api.port : undefined })
  let link: Link | undefined
  const facts = { name, agentVersion: agent, ...(address === undefined ? {} : { address }) }
  const watch = new NodeWatch({ facts, runtime, network, clock, changed: (statement) => link?.state(statement) })
  const node = await watch.start()
  const reports = reportsInto(outbox, () => link?.flush())
  let reach: () => Reach | undefined = () => undefined
  const volumes = volumesOf(options, () => reach())
  const pods = makePods({ node, runtime, network, reports, volumes, api, clock, unsupported: unsupportedFields })
  const wanted = new Wanted({ pods, network, cache, clock, log, networkChanged: () => watch.tell() })
  if (held !== undefined) wanted.take(held)

  const way = await wayOf(options, process.env, log, clock)
  const statement = (): NodeStatement => watch.statement()
  const joining = { options, way, agent, statement, log, clock }
  let credential = knownCredential(options) ?? (await join(joining))
  reach = () => ({ way, credential })
  const streams = makeStreams({
    runtime,
    clock,
    log,
    find: pods.find.bind(pods),
    dial: (ticket, events) =>
      streamLine(dial(way, `${STREAMS_PATH}${encodeURIComponent(ticket)}`, credential.credential), events),
  })
  link = makeLink({
    way,
    log,
    outbox,
    held,
    statement,
    agent,
    credential: () => credential,
    wanted,
    open: (open) => streams.open(open),
    async renew() {
      credential = await join(joining)
    },
    mayJoin: options.token !== undefined,
  })
  link.start()
  return {
    async stop() {
      link?.stop()
      streams.stop()
      watch.stop()
      wanted.stop()
      await pods.stop()
    },
  }
}

/** How the control plane is reached, and as whom; known once this machine has joined. */
interface Reach {
  readonly way: Way
  readonly credential: Credential
}

function volumesOf({ name, state }: Options, reach: () => Reach | undefined): Volumes {
  const random = Math.random
  const tokens = new Tokens({
    clock,
    random,
    post(path, body) {
      const known = reach()
      if (known === undefined) return Promise.reject(new Error('this machine has not joined the control plane yet'))
      return post(known.way, path, known.credential.credential, body)
    },
  })
  return machineVolumes({ places: placesOf(name, state), tokens, clock, random })
}

function readCache(cache: Cache, log: Log): Held | undefined {
  try {
    return cache.read()
  } catch (error) {
    if (!(error instanceof CacheDamaged)) throw error
    log('error', `${error.message}: what this machine should run is fetched anew`)
    return undefined
  }
}

/** What Pods report goes into the outbox, and the link is told that something is there. */
function reportsInto(outbox: Outbox, flush: () => void): Reports {
  return {
    status(pod, status) {
      outbox.status(pod, status)
      flush()
    },
    gone(pod, status) {
      outbox.gone(pod, status)
      flush()
    },
    event({ namespace, name, uid }, kind, reason, message, fieldPath) {
      const about: EventReport['about'] = { kind: 'Pod', namespace, name, uid }
      outbox.event({ about, kind, reason, message, ...(fieldPath === undefined ? {} : { fieldPath }) })
      flush()
    },
  }
}

interface LinkParts {
  readonly way: Way
  readonly log: Log
  readonly outbox: Outbox
  readonly held: Held | undefined
  readonly statement: () => NodeStatement
  readonly agent: string
  readonly credential: () => Credential
  readonly wanted: Wanted
  readonly open: (open: StreamOpen) => void
  /** Joins anew. */
  readonly renew: () => Promise<void>
  readonly mayJoin: boolean
}

function makeLink(parts: LinkParts): Link {
  const { way, log, outbox, held, statement, agent, wanted } = parts
  const { name, machine } = parts.credential()
  /** A token given at the start may replace a credential of a Node that was deleted; later it may not undo a deletion. */
  let mayJoin = parts.mayJoin
  const link: Link = new Link({
    dial: (events) => controlLine(dial(way, NODE_PATH, parts.credential().credential), events),
    clock,
    random: Math.random,
    log,
    outbox,
    identity: { name, machine, agent },
    statement,
    held,
    desired(next) {
      mayJoin = false
      wanted.take(next)
    },
    stream: parts.open,
    refused() {
      if (!mayJoin) return
      mayJoin = false
      parts.renew().then(
        () => link.again(),
        (error: unknown) => log('error', error instanceof Error ? error.message : String(error)),
      )
    },
    skew(milliseconds) {
      // People at this machine; the control plane says so on the Node.
      if (Math.abs(milliseconds) >= SKEW_MS) log('warn', skewText(name, milliseconds))
    },
  })
  return link
}

function skewText(node: string, milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1_000)
  return `the clock of node ${node} is ${seconds} s ${milliseconds > 0 ? 'ahead of' : 'behind'} the control plane's`
}
