import { Path, type FieldError, eachInvalid, forbidden, invalidValue, required, tooLong } from '../meta/field-error.ts'
import { byteLength } from '../meta/go-text.ts'
import { subdomainName } from '../meta/names.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { VolumeAttachment, VolumeAttachmentSource, VolumeError } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { internal } from './internal.ts'
import { nonNegative } from './numbers.ts'
import { driverNameErrors } from './driver-name.ts'
import { same } from './same.ts'
import { inlineSpecErrors } from './volume-spec.ts'

/** VolumeAttachments: pkg/registry/storage/volumeattachment and pkg/apis/storage/validation. */

const SPEC = Path.of('spec')
const STATUS = Path.of('status')
const MOST_BYTES = 256 * 1024
const LONGEST_MESSAGE = 1024
const ONE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'

function sourceErrors({ persistentVolumeName: name, inlineVolumeSpec: inline }: VolumeAttachmentSource): FieldError[] {
  const at = SPEC.child('source')
  if (name === undefined && inline === undefined) return [required(at, ONE)]
  if (name !== undefined && inline !== undefined) return [forbidden(at, ONE)]
  if (inline !== undefined) return inlineSpecErrors(inline, at.child('inlineVolumeSpec'))
  const why = 'must specify non empty persistentVolumeName'
  return name === '' ? [required(at.child('persistentVolumeName'), why)] : []
}

function faultErrors(of: VolumeError | undefined, at: Path): FieldError[] {
  if (of === undefined) return []
  const isLong = byteLength(of.message ?? '') > LONGEST_MESSAGE
  return [
    ...(isLong ? [tooLong(at.child('message'), LONGEST_MESSAGE)] : []),
    ...nonNegative(at.child('errorCode'), of.errorCode),
  ]
}

function errorsOf({ spec, status }: VolumeAttachment): FieldError[] {
  const { attacher = '', nodeName = '', source = {} } = spec ?? {}
  const metadata = Object.entries(status?.attachmentMetadata ?? {})
  const size = metadata.reduce((sum, [key, text]) => sum + byteLength(key) + byteLength(text), 0)
  return [
    ...(attacher === '' ? [required(SPEC.child('attacher'))] : []),
    ...sourceErrors(source),
    ...eachInvalid(SPEC.child('nodeName'), nodeName, subdomainName(nodeName, false)),
    ...(size > MOST_BYTES ? [tooLong(STATUS.child('attachmentMetadata'), MOST_BYTES)] : []),
    ...faultErrors(status?.attachError, STATUS.child('attachError')),
    ...faultErrors(status?.detachError, STATUS.child('detachError')),
  ]
}

/** `ValidateVolumeAttachmentV1`: what objects of v1beta1 were let off. */
function newErrors({ spec }: VolumeAttachment): FieldError[] {
  const name = spec?.source?.persistentVolumeName
  const at = SPEC.child('source').child('persistentVolumeName')
  return [
    ...driverNameErrors(spec?.attacher ?? '', SPEC.child('attacher')),
    ...(name === undefined ? [] : eachInvalid(at, name, subdomainName(name, false))),
  ]
}

export const volumeattachments = declare<VolumeAttachment>('volumeattachments.storage.k8s.io', {
  validate: (of, { operation }) => (operation === 'create' ? [...errorsOf(of), ...newErrors(of)] : errorsOf(of)),
  validateUpdate: ({ spec }, old) =>
    same(spec, old.spec) ? [] : [invalidValue(SPEC, internal('VolumeAttachmentSpec', spec), IMMUTABLE)],
})
