import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, JsonObject } from '../../api/meta/object.ts'

/** One request of a recorded conversation; `$NS` and `${NAME}` stand for what differs from run to run. */
export interface Step {
  readonly method?: string
  readonly path?: string
  /** A null takes a header away that would be sent otherwise. */
  readonly headers?: Readonly<Record<string, string | null>>
  readonly body?: Json
  readonly bodyBase64?: string
  readonly as?: 'admin' | 'user' | 'none'
  /** Values of the answer that later requests use: variable → path. */
  readonly capture?: Readonly<Record<string, string>>
  /** Asks again until the answer is so. */
  readonly until?: {
    readonly status?: number
    readonly path?: string
    readonly equals?: Json
    readonly exists?: boolean
  }
  readonly timeoutMs?: number
  readonly sleepMs?: number
  readonly allowFail?: boolean
}

/** A request with the answer that a kube-apiserver 1.36.2 gave, and what has to happen before it. */
export interface Case extends Step {
  readonly id: string
  readonly area: string
  readonly method: string
  readonly path: string
  readonly setup?: readonly Step[]
  readonly during?: readonly Step[]
  readonly cleanup?: readonly Step[]
  readonly watch?: boolean
  readonly readMs?: number
  readonly events?: number
  /** Compare only these paths of the body. */
  readonly pick?: readonly string[]
  readonly ignore?: readonly string[]
  readonly keepHeaders?: readonly string[]
  readonly noNamespace?: boolean
  /** More of the metadata of the case's namespace. */
  readonly namespace?: JsonObject
  /** Length of the text that `${PAD}` stands for. */
  readonly pad?: number
  readonly expect: Shape
}

/** An answer in the form in which answers are compared. */
export interface Shape {
  readonly status: number
  readonly headers: JsonObject
  readonly body: Json
}

/** All cases of a folder, one JSON a line, `AREA.jsonl`. */
export function readCases(folder: string): Case[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  return files.sort().flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Case => JSON.parse(line)),
  )
}
