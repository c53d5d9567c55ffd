import { expect, test } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import type { Migration } from '../../worker/store/migrate.ts'
import type { Sql } from '../../worker/store/sql.ts'
import { config, key, object, type Bed } from './store-bed.ts'

const expand: Migration = {
  name: 'expand',
  oldestReader: migrations.length,
  statements: ['CREATE TABLE extra (id INTEGER PRIMARY KEY)', 'ALTER TABLE objects ADD COLUMN extra TEXT'],
}
const contract: Migration = { name: 'contract', oldestReader: migrations.length + 1, statements: ['DROP TABLE extra'] }
const versionsBack = (known: number) => ({
  migrations: [...migrations, expand, contract].slice(0, migrations.length + known),
})

const image = (sql: Sql) => [
  sql.exec(`SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name`).rows,
  sql.exec('SELECT * FROM meta').rows,
  sql.exec('SELECT * FROM objects').rows,
  sql.exec('SELECT * FROM ring').rows,
]

export function openingRules(bed: () => Bed): void {
  test('[ST29] migrations are applied once, in order, and the database says how far it is', async () => {
    for (const known of [0, 1, 1, 2, 2]) {
      await bed().use((store, sql) => {
        store.transaction((tx) => tx.insert('configmaps', config(`c${store.version}`)))
        expect(sql.exec('SELECT schema, oldest_reader FROM meta').rows).toEqual([
          { schema: migrations.length + known, oldest_reader: [1, migrations.length, migrations.length + 1][known] },
        ])
      }, versionsBack(known))
      await bed().restart('evict')
    }
    await bed().use((store) => expect(store.list({ resource: 'configmaps' })).toHaveLength(5), versionsBack(2))
  })

  test('[ST30] code one version back works on a database that allows it', async () => {
    await bed().use((store) => store.transaction((tx) => tx.insert('configmaps', config('new'))), versionsBack(1))
    await bed().restart('evict')
    await bed().use((store, sql) => {
      store.transaction((tx) => {
        tx.insert('configmaps', config('old'))
        tx.update('configmaps', config('new', 'changed'))
        tx.insert('events', object('Event', 'e'))
      })
      expect(sql.exec('SELECT schema FROM meta').rows).toEqual([{ schema: migrations.length + 1 }])
    }, versionsBack(0))
    await bed().restart('evict')
    await bed().use((store) => {
      expect(store.version).toBe(4)
      expect(store.get(key('configmaps', 'new'))!.json).toContain('changed')
    }, versionsBack(1))
  })

  test('[ST31] code older than the database allows refuses by name and touches nothing', async () => {
    const before = await bed().use((store, sql) => {
      store.transaction((tx) => tx.insert('configmaps', config('a')))
      return image(sql)
    }, versionsBack(2))
    await bed().restart('evict')
    const known = migrations.length
    await expect(bed().use(() => 1, versionsBack(0))).rejects.toThrow(
      `This store has schema ${known + 2} and may be opened by code that knows schema ${known + 1} or newer; this podo knows schema ${known}.`,
    )
    await bed().restart('crash')
    expect(await bed().use((_, sql) => image(sql), versionsBack(2))).toEqual(before)
  })

  test('[ST32] a migration that fails changes nothing, and is applied when it is mended', async () => {
    const before = await bed().use((_, sql) => image(sql))
    const broken = { ...expand, statements: [...expand.statements, 'CREATE TABLE objects (id INTEGER)'] }
    await bed().restart('evict')
    await expect(bed().use(() => 1, { migrations: [...migrations, broken] })).rejects.toThrow('objects')
    await bed().restart('crash')
    expect(await bed().use((_, sql) => image(sql), versionsBack(0))).toEqual(before)
    await bed().restart('evict')
    await bed().use((_, sql) => expect(sql.exec('SELECT * FROM extra').rows).toEqual([]), versionsBack(1))
  })
}
