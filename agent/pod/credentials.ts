import type { Pod, Secret } from '../../api/schema/types.generated.ts'
import type { RegistryCredentials } from '../runtime/container.ts'
import { parseImageName } from '../runtime/image-name.ts'
import { textOf } from './env.ts'

/** The names under which Docker Hub stands in credentials. */
const HUB = ['docker.io', 'index.docker.io', 'registry-1.docker.io']

interface Entry {
  username?: string
  password?: string
  auth?: string
}

/** Credentials of the Pod's imagePullSecrets for the image's registry. Model: credentialprovider.DockerConfig. */
export function credentialsFor(
  pod: Pod,
  image: string,
  secrets: ReadonlyMap<string, Secret>,
): RegistryCredentials | undefined {
  const name = parseImageName(image)
  if ('error' in name) return undefined
  const names = name.registry === 'docker.io' ? HUB : [name.registry]
  for (const { name: secretName = '' } of pod.spec.imagePullSecrets ?? []) {
    const entries = entriesOf(secrets.get(secretName))
    const found = Object.entries(entries).find(([server]) => names.includes(hostOf(server)))
    const credentials = found === undefined ? undefined : credentialsOf(found[1], name.registry)
    if (credentials !== undefined) return credentials
  }
  return undefined
}

/** `https://index.docker.io/v1/` → `index.docker.io`. */
const hostOf = (server: string): string => server.replace(/^https?:\/\//, '').split('/')[0] ?? ''

function entriesOf(secret: Secret | undefined): Record<string, Entry> {
  const config = secret?.data?.['.dockerconfigjson']
  const legacy = secret?.data?.['.dockercfg']
  try {
    // Made by people: anything that is not of this shape is no credential.
    if (config !== undefined) return (JSON.parse(textOf(config)) as { auths?: Record<string, Entry> }).auths ?? {}
    if (legacy !== undefined) return JSON.parse(textOf(legacy)) as Record<string, Entry>
  } catch {
    return {}
  }
  return {}
}

function credentialsOf(entry: Entry, server: string): RegistryCredentials | undefined {
  if (entry.username !== undefined && entry.password !== undefined)
    return { username: entry.username, password: entry.password, server }
  if (entry.auth === undefined) return undefined
  const text = textOf(entry.auth)
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1), server }
}
