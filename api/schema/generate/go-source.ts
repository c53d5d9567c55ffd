/** Reads the Go packages that declare Kubernetes' types: structs, their members, what is written above them, and enums. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The lines of a comment, as go/ast's CommentGroup.Text gives them. */
export type Comment = readonly string[]
export interface Member {
  /** As written, with its `*`, `[]` or `map[]`. */
  type: string
  /** The name in JSON; undefined for a struct whose members are its parent's. */
  json: string | undefined
  comment: Comment
}
export interface Struct {
  comment: Comment
  members: Member[]
}
export interface EnumValue {
  name: string
  value: string
  comment: Comment
}
export interface Package {
  structs: Map<string, Struct>
  /** Values of the types marked `+enum`, by the type. */
  enums: Map<string, EnumValue[]>
  /** Strings by the name of their constant. */
  constants: Map<string, string>
  /** Folders of the imported packages below `k8s.io`, by the name that a file calls them. */
  imports: Map<string, string>
}

const FOLDERS: readonly (readonly [string, string])[] = [
  ['io.k8s.api.', 'api/'],
  ['io.k8s.apimachinery.', 'apimachinery/'],
  ['io.k8s.apiextensions-apiserver.', 'apiextensions-apiserver/'],
  ['io.k8s.kube-aggregator.', 'kube-aggregator/'],
]
/** Where below `k8s.io` the package of a model lies: `io.k8s.api.core.v1.Pod` → `api/core/v1`. */
export function folderOf(model: string): string | undefined {
  const found = FOLDERS.find(([prefix]) => model.startsWith(prefix))
  if (found === undefined) return undefined
  const path = model.slice(found[0].length).split('.').slice(0, -1)
  return found[1] + path.join('/')
}

/** The packages below a folder of sources, each read when it is first asked for. */
export function packagesIn(sources: string): (folder: string) => Package {
  const known = new Map<string, Package>()
  const packageOf = (folder: string): Package => {
    const found = known.get(folder) ?? packageAt(join(sources, folder), packageOf)
    known.set(folder, found)
    return found
  }
  return packageOf
}

function packageAt(path: string, packageOf: (folder: string) => Package): Package {
  const read: Package = { structs: new Map(), enums: new Map(), constants: new Map(), imports: new Map() }
  const files = existsSync(path)
    ? readdirSync(path).filter((name) => name.endsWith('.go') && !/_test\.go$|^zz_|generated/.test(name))
    : []
  const texts = files.map((file) => readFileSync(join(path, file), 'utf8').split('\n'))
  const all = texts.map((lines) => ({ lines, above: comments(lines) }))
  for (const file of all) readTypes(file, read)
  for (const file of all) readValues(file, read, packageOf)
  return read
}

interface Source {
  lines: readonly string[]
  /** The comment that ends above a line, by the line's index. */
  above: ReadonlyMap<number, Comment>
}
const COMMENTED = /^(?:[^"`/]|"(?:[^"\\]|\\.)*"|`[^`]*`|\/(?![/*]))*\/\/(.*)$/

/** gengo takes the comment that ends in the line above, even one that stands behind code there. */
function comments(lines: readonly string[]): Map<number, Comment> {
  const above = new Map<number, Comment>()
  let group: string[] = []
  let isBlock = false
  lines.forEach((line, index) => {
    if (isBlock || line.trimStart().startsWith('/*')) {
      isBlock = !line.includes('*/')
      group = []
      return
    }
    const text = COMMENTED.exec(line)?.[1]
    const isAlone = line.trimStart().startsWith('//')
    group = text === undefined ? [] : isAlone ? [...group, text] : [text]
    if (group.length > 0) above.set(index + 1, textOf(group))
    if (!isAlone) group = []
  })
  return above
}

const isDirective = (line: string): boolean => /^(line |extern |export |[a-z0-9]+:[a-z0-9])/.test(line)
function textOf(group: readonly string[]): Comment {
  const lines = group.filter((line) => !isDirective(line)).map((line) => line.replace(/^ /, '').trimEnd())
  return lines.filter((line, at) => line !== '' || (at > 0 && lines[at - 1] !== '' && lines.slice(at).some(Boolean)))
}

function readTypes({ lines, above }: Source, into: Package): void {
  let open: Struct | undefined
  lines.forEach((line, index) => {
    const comment = above.get(index) ?? []
    const imported = /^(?:import )?\t?(?:(\w+) )?"k8s\.io\/([\w./-]+)"/.exec(line)
    if (imported !== null) into.imports.set(imported[1] ?? imported[2]!.split('/').at(-1)!, imported[2]!)
    const [, struct, empty] = /^type (\w+) struct ?\{(\})?/.exec(line) ?? []
    const named = /^type (\w+) string\b/.exec(line)?.[1]
    if (struct !== undefined) {
      const found = { comment, members: [] }
      into.structs.set(struct, found)
      open = empty === undefined ? found : undefined
    } else if (named !== undefined && comment.some((text) => /^\+enum\b/.test(text.trim()))) into.enums.set(named, [])
    else if (line === '}') open = undefined
    else if (open !== undefined) open.members.push(...memberOf(line, comment))
  })
}

function memberOf(line: string, comment: Comment): Member[] {
  const tagged = /^\t(?:(\w+)\s+)?(\*?[\w.[\]*{}]+)\s+`.*?json:"([^"]*)"/.exec(line)
  if (tagged !== null) {
    const [, , type = '', json = ''] = tagged
    return [{ type, json: json.includes(',inline') || json === '' ? undefined : json.split(',')[0], comment }]
  }
  const embedded = /^\t(\*?[\w.]+)\s*(?:\/\/.*)?$/.exec(line)
  return embedded === null ? [] : [{ type: embedded[1] ?? '', json: undefined, comment }]
}

const STRING = /^"(?:[^"\\]|\\.)*"$/
/** `A T = "x"`, `A = T("x")`, `A = T(v1.X)`. */
const CONSTANT = /^(?:const |\t)\s*(\w+)(?:\s+(\w+))?\s*=\s*(?:(\w+)\()?("(?:[^"\\]|\\.)*"|\w+\.\w+)/

function readValues({ lines, above }: Source, into: Package, packageOf: (folder: string) => Package): void {
  lines.forEach((line, index) => {
    const [, name, declared, converted, written] = CONSTANT.exec(line) ?? []
    if (name === undefined || written === undefined) return
    const value = STRING.test(written) ? textIn(written) : constantOf(written, into, packageOf)
    if (value === undefined) return
    into.constants.set(name, value)
    into.enums.get(declared ?? converted ?? '')?.push({ name, value, comment: above.get(index) ?? [] })
  })
}

/** Kubernetes' constants have no escapes of Go's own, so they read as JSON strings. */
const textIn = (written: string): string => JSON.parse(written) as string

function constantOf(written: string, { imports }: Package, packageOf: (folder: string) => Package): string | undefined {
  const [alias = '', name = ''] = written.split('.')
  const folder = imports.get(alias)
  return folder === undefined ? undefined : packageOf(folder).constants.get(name)
}
