/**
 * The agent protocol: two unions of messages and a version. Written for people in docs/wire.md.
 * An agent dials `wss://<control plane>/podo/node` with its credential; both ends accept the version before theirs.
 */
export const WIRE_VERSION = 1
