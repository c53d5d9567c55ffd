import type {
  ConfigMap,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  Secret,
  ServiceAccountTokenProjection,
  Volume,
  VolumeProjection,
} from '../../api/schema/types.generated.ts'
import { metadataField } from '../pod/fields.ts'
import { resourceValue } from '../pod/resources.ts'
import type { Around } from '../pod/seen.ts'

/** A volume cannot be made from what there is. The message is kubelet's. */
export class VolumeError extends Error {}

export interface FileEntry {
  readonly data: Uint8Array
  readonly mode: number
  /** Owner; undefined: the agent's. */
  readonly uid?: number
}
/** Files of a volume by their path in it. */
export type Payload = ReadonlyMap<string, FileEntry>

/** A token by its projection; undefined: the file is left out. Throws VolumeError where it cannot be had. */
export type TokenOf = (projection: ServiceAccountTokenProjection) => string | undefined

const DEFAULT_MODE = 0o644
/** Of a token that only its user and group may read. */
const PRIVATE_MODE = 0o600

/**
 * What a volume holds whose files the agent writes. Throws VolumeError.
 * Models: MakePayload of pkg/volume/configmap and secret, CollectData of downwardapi, collectData of projected.
 */
export function payloadOf(volume: Volume, pod: Pod, around: Around, tokenOf: TokenOf): Payload {
  const files = new Map<string, FileEntry>()
  const { configMap, secret, downwardAPI, projected } = volume
  if (configMap !== undefined) addConfigMap(files, configMap, around, configMap.defaultMode)
  if (secret !== undefined) addSecret(files, secret.secretName ?? '', secret, around, secret.defaultMode)
  if (downwardAPI !== undefined) addDownward(files, downwardAPI.items ?? [], pod, around, downwardAPI.defaultMode)
  if (projected !== undefined) {
    const each = (source: VolumeProjection): void =>
      addSource(files, source, pod, around, tokenOf, projected.defaultMode)
    collect(projected.sources ?? [], each)
  }
  return files
}

type Files = Map<string, FileEntry>

/** Tries all of them; several errors become one text, each once (utilerrors.NewAggregate). */
function collect(sources: readonly VolumeProjection[], add: (source: VolumeProjection) => void): void {
  const messages = new Set<string>()
  for (const source of sources) {
    try {
      add(source)
    } catch (error) {
      if (!(error instanceof VolumeError)) throw error
      messages.add(error.message)
    }
  }
  if (messages.size > 1) throw new VolumeError(`[${[...messages].join(', ')}]`)
  for (const message of messages) throw new VolumeError(message)
}

function addSource(
  files: Files,
  source: VolumeProjection,
  pod: Pod,
  around: Around,
  tokenOf: TokenOf,
  defaultMode: number | undefined,
): void {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source
  if (configMap !== undefined) addConfigMap(files, configMap, around, defaultMode)
  if (secret !== undefined) addSecret(files, secret.name ?? '', secret, around, defaultMode)
  if (downwardAPI !== undefined) addDownward(files, downwardAPI.items ?? [], pod, around, defaultMode)
  if (serviceAccountToken !== undefined) addToken(files, serviceAccountToken, pod, tokenOf, defaultMode)
}

interface Selection {
  name?: string
  items?: KeyToPath[]
  optional?: boolean
}

function addConfigMap(files: Files, selection: Selection, around: Around, defaultMode: number | undefined): void {
  const { name = '', optional = false } = selection
  const found = around.configMaps.get(name)
  if (found === undefined && !optional) throw new VolumeError(`configmap "${name}" not found`)
  const missing = (key: string): string => `configmap references non-existent config key: ${key}`
  addKeys(files, configMapData(found), selection, missing, defaultMode)
}

function configMapData(found: ConfigMap | undefined): Map<string, Uint8Array> {
  const texts = Object.entries(found?.data ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const)
  return new Map([...texts, ...decoded(found?.binaryData)])
}

function addSecret(
  files: Files,
  name: string,
  selection: Selection,
  around: Around,
  defaultMode: number | undefined,
): void {
  const found: Secret | undefined = around.secrets.get(name)
  if (found === undefined && selection.optional !== true) throw new VolumeError(`secret "${name}" not found`)
  const missing = (key: string): string => `references non-existent secret key: ${key}`
  addKeys(files, new Map(decoded(found?.data)), selection, missing, defaultMode)
}

const decoded = (data: Record<string, string> = {}): [string, Uint8Array][] =>
  Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')])

/** All keys, or those that `items` name, under the paths that it gives them. */
function addKeys(
  files: Files,
  data: ReadonlyMap<string, Uint8Array>,
  { items = [], optional = false }: Selection,
  missing: (key: string) => string,
  defaultMode = DEFAULT_MODE,
): void {
  if (items.length === 0) {
    for (const [key, bytes] of data) files.set(key, { data: bytes, mode: defaultMode })
    return
  }
  for (const { key, path, mode = defaultMode } of items) {
    const bytes = data.get(key)
    if (bytes !== undefined) files.set(path, { data: bytes, mode })
    else if (!optional) throw new VolumeError(missing(key))
  }
}

function addDownward(
  files: Files,
  items: readonly DownwardAPIVolumeFile[],
  pod: Pod,
  around: Around,
  defaultMode = DEFAULT_MODE,
): void {
  for (const item of items) {
    const { path, mode = defaultMode } = item
    files.set(path, { data: Buffer.from(downwardText(item, pod, around)), mode })
  }
}

function downwardText({ fieldRef, resourceFieldRef }: DownwardAPIVolumeFile, pod: Pod, around: Around): string {
  if (fieldRef !== undefined) {
    const text = metadataField(pod, fieldRef.fieldPath)
    if (text === undefined) throw new VolumeError(`unsupported fieldPath: ${fieldRef.fieldPath}`)
    return text
  }
  if (resourceFieldRef === undefined) return ''
  const { containerName = '' } = resourceFieldRef
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  const container = all.find(({ name }) => name === containerName)
  if (container === undefined) throw new VolumeError(`container ${containerName} not found`)
  return resourceValue(pod, container, resourceFieldRef, around.node)
}

function addToken(
  files: Files,
  projection: ServiceAccountTokenProjection,
  pod: Pod,
  tokenOf: TokenOf,
  defaultMode = DEFAULT_MODE,
): void {
  const token = tokenOf(projection)
  if (token === undefined) return
  const uid = userOf(pod)
  // With a group of the Pod's own, the group gets its right to read when the volume is written.
  const mode = uid !== undefined || pod.spec.securityContext?.fsGroup !== undefined ? PRIVATE_MODE : defaultMode
  files.set(projection.path, { data: Buffer.from(token), mode, ...(uid === undefined ? {} : { uid }) })
}

/** The user that all containers run as, where they agree. Model: pkg/volume/util.FsUserFrom */
function userOf(pod: Pod): number | undefined {
  const shared = pod.spec.securityContext?.runAsUser
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])]
  const users = new Set(all.map(({ securityContext }) => securityContext?.runAsUser ?? shared))
  const [only] = users
  return users.size === 1 ? only : undefined
}
