import type { Kind, KindRules } from '../../api/kinds/kind.ts'
import { invalidValue } from '../../api/meta/field-error.ts'
import { badRequest, conflict, invalid, notFound, unknownResource } from '../../api/meta/failures.ts'
import type { Json, JsonObject, Resource } from '../../api/meta/object.ts'
import { groupResource } from '../../api/meta/status-error.ts'
import { canonical } from '../../api/schema/canonical.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import type { AppliedForm } from '../registry/apply.ts'
import { withEntries } from '../registry/owners.ts'
import type { Draft } from '../registry/registry.ts'
import { appliedScale, entriesOfParent, trackedScale, updatedScale } from '../registry/scale-owners.ts'
import { type Call, keyOf, resourceOf, showingOf } from './api.ts'
import { checkName as checkAppliedName, readApply } from './apply.ts'
import { decodeBody, readBody } from './body.ts'
import type { Expected } from './body-kind.ts'
import { patchOptions, writeOptions, type WriteQuery } from './options.ts'
import { isApply, patchType, readPatch } from './patch-request.ts'
import { respond } from './respond.ts'
import { checkName } from './update.ts'

/** autoscaling/v1 Scale over any kind with `spec.replicas` and `spec.selector`. */
const SCALE: Expected = {
  apiVersion: 'autoscaling/v1',
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  model: 'io.k8s.api.autoscaling.v1.Scale',
}

const FORM: AppliedForm = { ...SCALE, gvk: 'autoscaling/v1, Kind=Scale' }

type Scaling = NonNullable<KindRules['scale']>

/** The kind's own way to read and write replicas; a kind without one has no such subresource. */
function scalingOf(kind: Kind): Scaling {
  if (kind.rules.scale === undefined) throw unknownResource()
  return kind.rules.scale
}

/** The Scale of an object: pkg/registry/apps/deployment/storage, `scaleFromDeployment`. */
export function scaleOf(scaling: Scaling, object: Resource): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const { replicas, current, selector } = scaling.read(object)
  return canonical(SCALE.model, {
    kind: SCALE.kind,
    apiVersion: SCALE.apiVersion,
    metadata: { name, namespace: namespace ?? '', uid, resourceVersion, creationTimestamp },
    spec: { replicas },
    status: { replicas: current, selector },
  })
}

export function getScale(call: Call): Response {
  const scaling = scalingOf(call.kind)
  const row = call.api.reader.get(keyOf(call))
  if (row === undefined) throw notFound(resourceOf(call.kind), call.info.name)
  return answer(call, scaleOf(scaling, row.object))
}

export async function updateScale(call: Call): Promise<Response> {
  const bytes = await readBody(call.request)
  const options = writeOptions('UpdateOptions', call.query)
  refuseOldVersions(bytes)
  const scale = decodeBody(SCALE, bytes, call.contentType, options.fieldValidation, call.caller.warnings)
  checkName(scale, call.info.name)
  const uid = member(scale['metadata'], 'uid')
  const precondition = typeof uid === 'string' && uid !== '' ? { uid } : {}
  return write(call, { ...options, ...precondition }, (live) => updatedScale(live, scale, FORM, call.caller))
}

export async function patchScale(call: Call): Promise<Response> {
  if (isApply(call.contentType)) return applyScale(call)
  const type = patchType(call.contentType)
  const bytes = await readBody(call.request)
  const options = patchOptions(call.query, false)
  const request = readPatch(SCALE, type, bytes, options.fieldValidation, call.caller.warnings)
  return write(call, options, (live) => updatedScale(live, request.apply(live), FORM, call.caller))
}

async function applyScale(call: Call): Promise<Response> {
  const { application, options, tell } = await readApply(call)
  checkAppliedName(application.body, call.info.name)
  return write(call, options, (live) => {
    const scale = appliedScale(live, application, FORM, call.caller)
    tell(call.caller.warnings)
    return scale
  })
}

/** `uid`: that which the object must have. */
function write(call: Call, options: WriteQuery & { uid?: string }, change: (old: JsonObject) => JsonObject): Response {
  const { api, kind, caller } = call
  const scaling = scalingOf(kind)
  const scaled = (old: Resource): Draft => {
    const scale = change(trackedScale(scaleOf(scaling, old), FORM, old))
    checkUid(kind, old, member(scale['metadata'], 'uid'))
    return withEntries(rescale(scaling, old, scale), entriesOfParent(kind, old, scale))
  }
  const row = api.store.transaction((tx) =>
    api.registry.update(tx, caller, kind, keyOf(call), 'scale', scaled, {
      dryRun: options.dryRun,
      isTracked: true,
      ...(options.uid === undefined ? {} : { uid: options.uid }),
    }),
  )
  return answer(call, scaleOf(scaling, row.object))
}

/** A patch that says which object it means: `scaleUpdatedObjectInfo` of each kind's storage. */
function checkUid(kind: Kind, { metadata: { name, uid } }: Resource, asked: Json | undefined): void {
  if (typeof asked !== 'string' || asked === '' || asked === uid) return
  const why = `Precondition failed: UID in precondition: ${asked}, UID in object meta: ${uid}`
  throw conflict(groupResource(kind.group, `${kind.plural}/scale`), name, why)
}

function rescale(scaling: Scaling, old: Resource, scale: JsonObject): Draft {
  const replicas = member(scale['spec'], 'replicas') ?? 0
  if (typeof replicas === 'number' && replicas < 0) {
    const error = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')
    throw invalid(SCALE, old.metadata.name, [error])
  }
  const version = member(scale['metadata'], 'resourceVersion')
  const metadata = { ...old.metadata, resourceVersion: typeof version === 'string' ? version : '' }
  return { ...scaling.write(old, typeof replicas === 'number' ? replicas : 0), metadata }
}

const member = (value: Json | undefined, name: string): Json | undefined =>
  isJsonObject(value) ? value[name] : undefined

/** Scale existed in these groups before it had its own; Kubernetes reads them and then refuses the version. */
const OLD = /"apiVersion"\s*:\s*"(extensions\/v1beta1|apps\/v1beta[12])"/

function refuseOldVersions(bytes: Uint8Array): void {
  const [, found] = OLD.exec(Buffer.from(bytes).toString('utf8')) ?? []
  if (found !== undefined) {
    throw badRequest(
      `the API version in the data (${found}) does not match the expected API version (${SCALE.apiVersion})`,
    )
  }
}

function answer(call: Call, scale: JsonObject): Response {
  const { format } = showingOf(call, { views: false })
  const { apiVersion, kind, model } = SCALE
  return respond({ apiVersion, kind, model, body: scale }, format, 200, call.caller.warnings)
}
