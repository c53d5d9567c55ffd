/** How to take back what a transaction did to memory, for SQLite takes back only what it did to the database. */
export class Journal {
  #undo: (() => void)[] = []

  /** `undo` restores what a step just made has changed. Steps are taken back last first. */
  add(undo: () => void): void {
    this.#undo.push(undo)
  }

  rollback(): void {
    for (const undo of this.#undo.toReversed()) undo()
    this.#undo = []
  }

  commit(): void {
    this.#undo = []
  }
}
