import packed from './table/descriptions.json' with { type: 'json' }

/** What Kubernetes writes of one of its types. */
export interface Description {
  /** Of the type itself; empty where nothing is written. */
  readonly text: string
  /** Of its fields, by their names in JSON; those of which nothing is written are left out. */
  readonly fields: Readonly<Record<string, string>>
}
/** The description of a model; an empty one where nothing is known of it. */
export type Describe = (model: string) => Description

/**
 * The descriptions of all models, made by `generate/descriptions.ts`: the base64 of the raw DEFLATE of a text that
 * `descriptionsIn` reads. A program that carries them starts without reading them.
 */
export const PACKED_DESCRIPTIONS: string = packed

const NOTHING: Description = { text: '', fields: {} }
export const undescribed: Describe = () => NOTHING

/** Reads what PACKED_DESCRIPTIONS unpacks to. */
export function descriptionsIn(unpacked: string): Describe {
  // The generator writes this shape. A number stands for one of the texts that many fields share.
  const { repeated, models } = JSON.parse(unpacked) as {
    repeated: readonly string[]
    models: Readonly<Record<string, readonly [text: string, fields: Readonly<Record<string, string | number>>]>>
  }
  return (model) => {
    const found = Object.hasOwn(models, model) ? models[model] : undefined
    if (found === undefined) return NOTHING
    const [text, fields] = found
    const told = Object.entries(fields).map(([field, at]) => [field, typeof at === 'string' ? at : repeated[at]])
    // An index is always one of `repeated`.
    return { text, fields: Object.fromEntries(told) as Record<string, string> }
  }
}
