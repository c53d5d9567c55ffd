import type { Database } from './sql.ts'
import type { Records } from './store.ts'

const PUT = `INSERT INTO records (collection, id, json) VALUES (?, ?, ?)
  ON CONFLICT (collection, id) DO UPDATE SET json = excluded.json WHERE json <> excluded.json`

/** Credentials and settings. `write` is run before each write and throws where writing is over. */
export const records = (db: Database, write: () => void): Records => ({
  get: (collection, id) =>
    db.first<{ json: string }>('SELECT json FROM records WHERE collection = ? AND id = ?', collection, id)?.json,
  put(collection, id, json) {
    write()
    db.run(PUT, collection, id, json)
  },
  delete(collection, id) {
    write()
    db.run('DELETE FROM records WHERE collection = ? AND id = ?', collection, id)
  },
  all: (collection) =>
    db.all<{ id: string; json: string }>('SELECT id, json FROM records WHERE collection = ? ORDER BY id', collection),
})
