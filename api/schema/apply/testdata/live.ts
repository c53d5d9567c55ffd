import type { JsonObject } from '../../../meta/object.ts'
import { canonical } from '../../canonical.ts'
import { Conflicts } from '../conflict.ts'
import { recordApply, recordUpdate, type Versions } from '../engine.ts'
import { type Owners, writeOwners } from '../owners.ts'
import { pathText, paths } from '../set.ts'
import { modelType } from '../type.ts'

/** One object under test, written by several managers; a minute passes with each write. */
export class Live {
  object: JsonObject | undefined
  owners: Owners = new Map()
  #minute = 0
  readonly #model: string
  readonly #apiVersion: string

  constructor(model: string, apiVersion = 'v1') {
    this.#model = `io.k8s.api.${model}`
    this.#apiVersion = apiVersion
  }

  get versions(): Versions {
    return { apiVersion: this.#apiVersion, type: modelType(this.#model), convert: () => undefined }
  }

  get #before(): JsonObject {
    return this.object ?? canonical(this.#model, { metadata: {} })
  }

  /** Answers what stands in the way, a line each, or nothing. */
  apply(manager: string, said: JsonObject, force = false): string[] {
    try {
      const writer = { manager, subresource: '' }
      const { versions } = this
      const applied = recordApply(versions, this.owners, this.#before, said, (set) => set, writer, force, this.#time())
      this.object = canonical(this.#model, applied.object)
      this.owners = applied.owners
      return []
    } catch (error) {
      if (!(error instanceof Conflicts)) throw error
      return error.conflicts.map(({ owner, path }) => `${owner.manager}: ${pathText(path)}`)
    }
  }

  update(manager: string, next: JsonObject): void {
    const after = canonical(this.#model, { metadata: {}, ...next })
    const writer = { manager, subresource: '' }
    this.owners = recordUpdate(this.versions, this.owners, this.#before, after, (set) => set, writer, this.#time())
    this.object = after
  }

  /** What each manager owns, a path each. */
  get owned(): Record<string, string[]> {
    const entries = [...this.owners.values()].map(({ manager, fields }) => [
      manager,
      [...paths(fields)].map(pathText).sort(),
    ])
    return Object.fromEntries(entries)
  }

  get entries(): JsonObject[] {
    return writeOwners(this.owners)
  }

  #time(): string {
    return `2026-01-01T00:${String(this.#minute++).padStart(2, '0')}:00Z`
  }
}
