import type { Bed } from './bed.ts'
import type { Line } from './table.ts'

/** One thing that is measured, in a file of its own. */
export interface Part {
  /** `npm run bench -- <name>` runs it alone. */
  readonly name: string
  /** What it measures, in one line. */
  readonly about: string
  /** Answers its rows of the table. What it starts on the bed ends with it. */
  run(bed: Bed): Promise<Line[]>
}
