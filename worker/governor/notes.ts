import type { Store } from '../store/store.ts'
import type { Usage } from './quota.ts'

/**
 * Where the counts of a day outlive the object's memory. Sockets hold them for nothing and are asked after each event;
 * the store holds them for a row, so it is written when a part of a percent was spent. What neither holds when the
 * object is evicted without a socket (less than `SAVED_EVERY` of the store) is not counted.
 */
export interface Notes {
  read(): Usage | undefined
  write(usage: Usage): void
}

/** The part of a hibernatable socket that keeps the counts beside what its owner keeps there. */
interface Keeper {
  readonly readyState: number
  serializeAttachment(attachment: unknown): void
  deserializeAttachment(): unknown
}

const FIELD = 'usage'

function usageIn(attachment: unknown): Usage | undefined {
  if (typeof attachment !== 'object' || attachment === null || !(FIELD in attachment)) return undefined
  return attachment[FIELD] as Usage // written only below
}

/** In the attachment of one open socket: any will do, and the newest counts are right. */
export function socketNotes(sockets: () => readonly Keeper[]): Notes {
  return {
    read: () =>
      sockets()
        .map((socket) => usageIn(socket.deserializeAttachment()))
        .reduce((newest, usage) => newerOf(newest, usage), undefined),
    write(usage) {
      const socket = sockets().find(({ readyState }) => readyState === 1)
      if (socket === undefined) return
      const attachment = socket.deserializeAttachment()
      if (typeof attachment === 'object' && attachment !== null)
        socket.serializeAttachment({ ...attachment, [FIELD]: usage })
    },
  }
}

const COLLECTION = 'governor'
const ID = 'usage'

/** In the store, as one row that is written over. */
export const storedNotes = (store: Store): Notes => ({
  read() {
    const text = store.transaction((tx) => tx.records.get(COLLECTION, ID))
    return text === undefined ? undefined : (JSON.parse(text) as Usage) // written only below
  },
  write: (usage) => store.transaction((tx) => tx.records.put(COLLECTION, ID, JSON.stringify(usage))),
})

/** Counts only grow within a day, so the newer of two is the one that counts more. */
export function newerOf(a: Usage | undefined, b: Usage | undefined): Usage | undefined {
  if (a === undefined || b === undefined) return a ?? b
  if (a.day !== b.day) return a.day > b.day ? a : b
  return a.requests + a.rowsRead >= b.requests + b.rowsRead ? a : b
}
