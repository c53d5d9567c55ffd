import { type FieldError, type Path, forbidden, invalidValue, required } from '../../meta/field-error.ts'
import type { KeyToPath, ProjectedVolumeSource, ServiceAccountTokenProjection } from '../../schema/types.generated.ts'
import { mode, notReserved } from './paths.ts'
import { downwardFile, keysToPaths } from './files.ts'
import { NOTHING } from './tolerated.ts'

function token(
  of: ServiceAccountTokenProjection,
  anyPath: boolean,
  volume: Path,
  at: Path,
  errors: FieldError[],
): void {
  const { expirationSeconds: seconds = 0, path = '' } = of
  const here = at.child('expirationSeconds')
  if (seconds < 600) errors.push(invalidValue(here, seconds, 'may not specify a duration less than 10 minutes'))
  if (seconds > 2 ** 32) errors.push(invalidValue(here, seconds, 'may not specify a duration larger than 2^32 seconds'))
  if (path === '') errors.push(required(volume.child('path')))
  else if (!anyPath) notReserved(path, volume.child('path'), errors)
}

/**
 * `validateProjectedVolumeSource`. Cluster trust bundles and Pod certificates are dropped before (their gates are off), so
 * a source of these kinds arrives empty, which is allowed.
 */
export function projected(of: ProjectedVolumeSource, at: Path, errors: FieldError[], old = NOTHING): void {
  mode(of.defaultMode, at.child('defaultMode'), errors)
  const paths = new Set<string>()
  const claim = (path: string, value: string): void => {
    if (path === '') return
    if (paths.has(path)) errors.push(invalidValue(at, value, 'conflicting duplicate paths'))
    paths.add(path)
  }
  of.sources?.forEach((source, i) => {
    const here = at.child('sources').index(i)
    const keys = (field: 'secret' | 'configMap', name: string | undefined, items: readonly KeyToPath[] = []): void => {
      if (!name) errors.push(required(here.child(field).child('name')))
      items.forEach((item, j) => {
        const found: FieldError[] = []
        keysToPaths([item], here.child(field).child('items'), found)
        // One item at a time, so that a conflict stands right after the item's own errors.
        const [wrong, right] = [`items[0]`, `items[${j}]`]
        errors.push(...found.map((error) => ({ ...error, field: error.field.replace(wrong, right) })))
        claim(item.path ?? '', name ?? '')
      })
    }
    if (source.secret !== undefined) keys('secret', source.secret.name, source.secret.items)
    if (source.configMap !== undefined) keys('configMap', source.configMap.name, source.configMap.items)
    for (const file of source.downwardAPI?.items ?? []) {
      downwardFile(file, here.child('downwardAPI'), errors)
      claim(file.path ?? '', file.path ?? '')
    }
    const account = source.serviceAccountToken
    if (account !== undefined) token(account, old.tokenPaths, at, here.child('serviceAccountToken'), errors)
    const found = [source.secret, source.configMap, source.downwardAPI, account].filter((kind) => kind !== undefined)
    if (found.length > 1) errors.push(forbidden(here, 'may not specify more than 1 volume type per source'))
  })
}

/** Whether a token would be written outside its volume. */
export function leadsOut({ sources }: ProjectedVolumeSource): boolean {
  const errors: FieldError[] = []
  for (const { serviceAccountToken: account } of sources ?? []) if (account) notReserved(account.path, 'path', errors)
  return errors.length > 0
}
