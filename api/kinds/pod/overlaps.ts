import { goQuote } from '../../meta/go-text.ts'
import type { Volume, VolumeProjection } from '../../schema/types.generated.ts'

/** Files of one volume that would lie on, or in, one another: `warningsForOverlappingVirtualPaths` of pkg/api/pod. */

/** A path within the volume, and which of several sources puts it there. */
interface Placed {
  readonly path: string
  readonly source: string
}

const shown = ({ path, source }: Placed): string => `${goQuote(path)}${source === '' ? '' : ` (${source})`}`

function placed(items: readonly { path?: string }[] | undefined, source: string): Placed[] | undefined {
  return items?.map(({ path = '' }) => ({ path: path.replace(/\/+$/, ''), source }))
}

const isWithin = (path: string, other: string): boolean => `${path}/`.startsWith(`${other}/`)

/** `one with other`, for each path that meets an earlier one. */
function overlaps(paths: readonly Placed[]): string[] {
  return paths.flatMap((one, i) =>
    paths
      .slice(0, i)
      .filter(({ path }) => path !== '' && one.path !== '' && (isWithin(path, one.path) || isWithin(one.path, path)))
      .map((other) => `${shown(one)} with ${shown(other)}`),
  )
}

/** Where one source of a projected volume puts its files. One without a list of items puts them wherever it has keys. */
function projectedPaths({ configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection): Placed[] {
  return (
    placed(configMap?.items, `ConfigMap ${goQuote(configMap?.name ?? '')}`) ??
    placed(secret?.items, `Secret ${goQuote(secret?.name ?? '')}`) ??
    placed(downwardAPI?.items, 'DownwardAPI') ??
    placed(serviceAccountToken && [serviceAccountToken], 'ServiceAccountToken') ??
    []
  )
}

/** Certificates are dropped before: their gates are off, which leaves their source empty. */
const isEmpty = (source: VolumeProjection): boolean => Object.keys(source).length === 0

export function overlapWarnings(volumes: readonly Volume[]): string[] {
  return volumes.flatMap(({ name, configMap, secret, downwardAPI, projected }) => {
    const warnings: string[] = []
    const look = (what: string, paths: readonly Placed[] = []): void =>
      void warnings.push(
        ...overlaps(paths).map((text) => `volume ${goQuote(name)} (${what}): overlapping paths: ${text}`),
      )
    if (configMap !== undefined) look(`ConfigMap ${goQuote(configMap.name ?? '')}`, placed(configMap.items, ''))
    if (secret !== undefined) look(`Secret ${goQuote(secret.secretName ?? '')}`, placed(secret.items, ''))
    if (downwardAPI !== undefined) look('DownwardAPI', placed(downwardAPI.items, ''))
    const sources = projected?.sources ?? []
    const missing = sources.filter(isEmpty).map(() => `volume ${goQuote(name)} (Projected) has no sources provided`)
    warnings.push(...missing)
    look('Projected', sources.flatMap(projectedPaths))
    return warnings
  })
}
