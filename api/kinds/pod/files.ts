import { type FieldError, type Path, invalidValue, required } from '../../meta/field-error.ts'
import type { DownwardAPIVolumeFile, KeyToPath } from '../../schema/types.generated.ts'
import { fieldRef, resourceRef } from './env.ts'
import { mode, notReserved } from './paths.ts'

/** Files that a volume is made of. */

/** `validateKeyToPath`, for lists of keys of a Secret or a ConfigMap. */
export function keysToPaths(items: readonly KeyToPath[] | undefined, at: Path, errors: FieldError[]): void {
  items?.forEach(({ key = '', path = '', mode: bits }, i) => {
    const here = at.index(i)
    if (key === '') errors.push(required(here.child('key')))
    if (path === '') errors.push(required(here.child('path')))
    notReserved(path, here.child('path'), errors)
    mode(bits, here.child('mode'), errors)
  })
}

const VOLUME_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

/** `validateDownwardAPIVolumeFile`; the path is that of the list. */
export function downwardFile(file: DownwardAPIVolumeFile, at: Path, errors: FieldError[]): void {
  const { path = '', fieldRef: field, resourceFieldRef: resource } = file
  if (path === '') errors.push(required(at.child('path')))
  notReserved(path, at.child('path'), errors)
  if (field !== undefined) {
    fieldRef(field, VOLUME_FIELDS, at.child('fieldRef'), errors)
    if (resource !== undefined) {
      const why = 'fieldRef and resourceFieldRef can not be specified simultaneously'
      errors.push(invalidValue(at, 'resource', why))
    }
  } else if (resource !== undefined) resourceRef(resource, true, at.child('resourceFieldRef'), errors)
  else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'))
  mode(file.mode, at.child('mode'), errors)
}
