import { asStored, asWritten, writtenAs } from '../../api/kinds/form.ts'
import type { Kind } from '../../api/kinds/kind.ts'
import { badRequest, conflict, untranslated } from '../../api/meta/failures.ts'
import type { Json, JsonObject, Resource } from '../../api/meta/object.ts'
import { rfc3339 } from '../../api/meta/time.ts'
import { groupResource } from '../../api/meta/status-error.ts'
import { conflictError, Conflicts } from '../../api/schema/apply/conflict.ts'
import { type Applied, recordApply, recordUpdate } from '../../api/schema/apply/engine.ts'
import { NoElement } from '../../api/schema/apply/items.ts'
import { KUBECTL, otherConflicts, withLastApplied } from '../../api/schema/apply/last-applied.ts'
import { type Owners, storedOwners, writeOwners } from '../../api/schema/apply/owners.ts'
import type { Filter } from '../../api/schema/apply/reset.ts'
import { TypedError, validate } from '../../api/schema/apply/validate.ts'
import { decode, DecodeError } from '../../api/schema/decode.ts'
import { isJsonObject } from '../../api/schema/json-value.ts'
import type { Key, Row, Tx } from '../store/store.ts'
import type { Admission } from './attributes.ts'
import { create } from './create.ts'
import { blank, entriesOf, filterFor, type Form, managerOf, versionsOf, withEntries, withoutEntries } from './owners.ts'
import type { Application, Caller, Draft, WriteOptions } from './registry.ts'
import { asJson } from './stored.ts'
import { update } from './update.ts'

/**
 * Server-side apply: what the body says is merged into the object, which is created where there is none. Through a
 * subresource nothing is created. Model: applyPatcher of k8s.io/apiserver's patch.go.
 */
export function apply(
  admission: Admission,
  tx: Tx,
  caller: Caller,
  kind: Kind,
  key: Key,
  subresource: string,
  application: Application,
  options: WriteOptions = {},
): { row: Row; created: boolean } {
  const filter = filterFor(kind, subresource)
  const tracked = { ...options, isTracked: true }
  if (subresource !== '' || tx.get(key) !== undefined) {
    const change = (old: Resource): Draft =>
      inStore(kind, onto(form(kind), asJson(asWritten(kind, old)), application, filter, subresource, caller))
    return { row: update(admission, tx, caller, kind, key, subresource, change, tracked), created: false }
  }
  const draft = inStore(kind, onto(form(kind), undefined, application, filter, '', caller))
  if (draft.metadata?.uid !== undefined) throw unknownUid(kind, key, draft.metadata.uid)
  if (!draft.metadata?.name) throw unnamed(key.name)
  return { row: create(admission, tx, caller, kind, key.namespace, draft, tracked), created: true }
}

function form(kind: Kind): AppliedForm {
  const { group, version, kind: name } = kind.written ?? kind
  return { ...writtenAs(kind), gvk: `${group}/${version}, Kind=${name}` }
}

const inStore = (kind: Kind, draft: Draft): Draft => asStored(kind.written ?? kind, draft)

/** A form with its name in messages: `apps/v1, Kind=Deployment`. */
export interface AppliedForm extends Form {
  readonly gvk: string
}

const unnamed = (name: string): Error =>
  badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)

const unknownUid = (kind: Kind, key: Key, uid: string): Error =>
  conflict(
    groupResource(kind.group, kind.plural),
    key.name,
    `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
  )

/**
 * The live object with what was applied, decoded, and with the entries that it is to have. Throws 400, 409 and the 500s
 * of Kubernetes where it cannot be applied.
 */
export function onto(
  form: AppliedForm,
  live: JsonObject | undefined,
  { body, force }: Application,
  filter: Filter,
  subresource: string,
  caller: Caller,
): Draft {
  check(form, body)
  const before = withoutEntries(live ?? blank(form))
  const owners = known(form, live, before, filter, subresource, caller)
  const applied = merged(form, before, owners, body, force, filter, subresource, caller)
  const annotated = managerOf(caller) === KUBECTL ? withLastApplied(applied.object, body) : applied.object
  return withEntries(decoded(form, annotated, body), writeOwners(applied.owners))
}

/** The object's namespace, name and type, as messages have it (`objectGVKNN`). */
function named(form: AppliedForm, body: JsonObject): string {
  const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {}
  const text = (of: Json | undefined): string => (typeof of === 'string' ? of : '')
  return `${text(metadata['namespace'])}/${text(metadata['name'])}; ${form.gvk}`
}

function check(form: AppliedForm, body: JsonObject): void {
  const said = gvkOf(body)
  if (said !== form.gvk) throw badRequest(`invalid object type: ${said}`)
  const { metadata } = body
  if (isJsonObject(metadata) && Array.isArray(metadata['managedFields'])) {
    throw badRequest('metadata.managedFields must be nil')
  }
  try {
    validate(versionsOf(form).type, body)
  } catch (error) {
    if (!(error instanceof TypedError)) throw error
    throw untranslated(`failed to create typed patch object (${named(form, body)}): ${error.message}`)
  }
}

/** `GroupVersionKind.String` of what a body says. */
function gvkOf(body: JsonObject): string {
  const [version, kind] = [body['apiVersion'], body['kind']].map((said) => (typeof said === 'string' ? said : ''))
  const parts = (version ?? '').split('/')
  if (parts.length > 2) return '/, Kind='
  return `${parts.length === 2 ? version : `/${version}`}, Kind=${kind}`
}

/** Who owns what of the live object. Before its first apply an object that nobody tracks is owned by one entry. */
function known(
  form: Form,
  live: JsonObject | undefined,
  before: JsonObject,
  filter: Filter,
  subresource: string,
  caller: Caller,
): Owners {
  const owners = storedOwners(entriesOf(live))
  if (owners.size > 0 || live === undefined) return owners
  const writer = { manager: 'before-first-apply', subresource }
  return recordUpdate(versionsOf(form), owners, blank(form), before, filter, writer, rfc3339(caller.now))
}

function merged(
  form: AppliedForm,
  before: JsonObject,
  owners: Owners,
  body: JsonObject,
  force: boolean,
  filter: Filter,
  subresource: string,
  caller: Caller,
): Applied {
  const versions = versionsOf(form)
  const writer = { manager: managerOf(caller), subresource }
  const attempt = (forced: boolean): Applied =>
    recordApply(versions, owners, before, body, filter, writer, forced, rfc3339(caller.now))
  try {
    return attempt(force)
  } catch (error) {
    if (error instanceof NoElement) throw untranslated(`failed to merge config: ${error.message}`)
    if (!(error instanceof Conflicts)) throw error
    const left =
      writer.manager === KUBECTL
        ? otherConflicts(versions.type, form.apiVersion, before, error.conflicts)
        : error.conflicts
    if (left.length > 0) throw conflictError(left)
    return attempt(true)
  }
}

function decoded(form: AppliedForm, object: JsonObject, body: JsonObject): Draft {
  try {
    // What is decoded as the form has its fields.
    return {
      ...decode(form.model, object).object,
      apiVersion: form.apiVersion,
      kind: object['kind'],
    } as unknown as Draft
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    const why = error.message
    throw untranslated(
      `failed to convert new object (${named(form, body)}) to proper version (${form.apiVersion}): ${why}`,
    )
  }
}
