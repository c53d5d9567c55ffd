import { badRequest } from '../../api/meta/failures.ts'
import type { Json } from '../../api/meta/object.ts'
import { typeMetaOf } from '../../api/schema/decode.ts'
import { hasModel } from '../../api/schema/table.ts'

/** What a body has to be. */
export interface Expected {
  readonly apiVersion: string
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly model: string
}

/** What a body says that it is, missing parts filled from what is expected. */
export interface Said {
  readonly kind: string
  readonly version: string
  /** Why it is not what is expected. */
  readonly mismatch?: string
}

/** `cannot be handled as a …`: the frame of every decoding error once the kind is known (transformDecodeError). */
export const canNotBe = (said: Said, expected: Expected, why: string): Error =>
  badRequest(`${said.kind} in version "${said.version}" cannot be handled as a ${expected.kind}: ${why}`)

/** The package of a group's internal types, as messages name it: `core`, `apps`, `coordination`. */
export const packageOf = (group: string): string => (group === '' ? 'core' : (group.split('.')[0] ?? group))

/** Whether Kubernetes knows this kind at all, served here or not. */
function isRegistered(group: string, version: string, kind: string): boolean {
  return hasModel(`io.k8s.api.${packageOf(group)}.${version}.${kind}`)
}

/** Reads apiVersion and kind (json.SimpleMetaFactory.Interpret); `refuse` frames a body that is no such thing. */
export function kindsOf(expected: Expected, value: Json, refuse: (why: string) => Error): Said {
  const { apiVersion, kind: named } = interpret(value, refuse)
  const kind = named || expected.kind
  if (apiVersion.split('/').length > 2) throw refuse(`unexpected GroupVersion string: ${apiVersion}`)
  const [group, version] = apiVersion === '' ? [expected.group, expected.version] : groupVersion(apiVersion)
  const said: Said = { kind, version }
  if (group === expected.group && version === expected.version && kind === expected.kind) return said
  const mismatch = isRegistered(group, version, kind)
    ? `converting (${version}.${kind}) to (${packageOf(expected.group)}.${expected.kind}): unknown conversion`
    : unknownKind(kind, apiVersion === '' ? expected.apiVersion : apiVersion)
  return { ...said, mismatch }
}

/** runtime.NewNotRegisteredErrForKind, with the scheme's name that kube-apiserver prints. */
export const unknownKind = (kind: string, apiVersion: string): string =>
  `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`

function interpret(value: Json, refuse: (why: string) => Error): { apiVersion: string; kind: string } {
  try {
    return typeMetaOf(value)
  } catch (error) {
    throw refuse(
      `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

function groupVersion(apiVersion: string): [string, string] {
  const [first = '', second] = apiVersion.split('/')
  return second === undefined ? ['', first] : [first, second]
}
