import type { FieldError } from '../meta/field-error.ts'
import type { Resource } from '../meta/object.ts'
import type { Signed } from './certificate/request.ts'

/** The facts of a resource, straight from the table (`api/schema/table/resources.json`, generated). */
export interface ResourceFacts {
  group: string
  version: string
  kind: string
  plural: string
  singular: string
  namespaced: boolean
  verbs: string[]
  listKind?: string
  shortNames?: string[]
  categories?: string[]
  subresources?: { name: string; verbs: string[]; kind: string; group: string; version: string }[]
  /** False for all but the first version of a group. */
  preferred?: boolean
  storage?: {
    createOnUpdate: boolean
    unconditionalUpdate: boolean
    deleteReturnsObject: boolean
    generation: boolean
    defaultPropagation: string
    selectableFields?: string[]
  }
}

/** What the hooks may know beside the object. No I/O: everything is looked up before and passed in. */
export interface HookContext {
  readonly now: number
  /** `create`, `update`, or the subresource that is written (`status`, `scale` …). */
  readonly operation: string
  /** Who asks. */
  readonly user?: {
    readonly name: string
    readonly uid?: string
    readonly groups: readonly string[]
    readonly extra?: Readonly<Record<string, readonly string[]>>
  }
  /** Texts for `Warning: 299` headers about what preparation changes; `warn` sees only what it made. */
  readonly warnings?: string[]
  /** Whether a signature was made with the key beside it. */
  readonly verify?: (signed: Signed) => boolean
}

/** What an object may take from, as it stands in the transaction that writes. Read only where something is to be taken. */
export interface Pools {
  /** Every object of a resource. */
  list(resource: string): readonly Resource[]
  /** Nothing will be stored: what others have taken does not matter. */
  readonly dryRun: boolean
}

/** `object` is cluster-scoped. */
export interface Companion {
  readonly kind: Kind
  readonly object: Omit<Resource, 'metadata'> & {
    readonly metadata: Partial<Resource['metadata']> & { readonly name: string }
  }
}

/**
 * The rules of one kind, in the order in which kube-apiserver's strategies run them (rest.RESTCreateStrategy,
 * RESTUpdateStrategy). Everything else (routes, discovery, tables, defaults, pruning, selectors, generation, reset of
 * status) is derived from the facts.
 */
export interface KindRules<T extends Resource = Resource> {
  /** The subresources that podo serves (`status` where left out); others of the facts answer 404 until they exist. */
  readonly subresources?: readonly string[]
  /** What every answer of a deprecated API warns of. */
  readonly deprecated?: string
  /** Metadata that counts in metadata.generation beside the desired state. */
  readonly generationCounts?: 'annotations' | 'labels'
  /** PrepareForCreate: returns the object to store. Status reset and generation happen before, for every kind. */
  readonly prepareCreate?: (object: T, context: HookContext) => T
  /** PrepareForUpdate. The main resource has kept the old status, and /status the old rest, already. */
  readonly prepareUpdate?: (object: T, old: T, context: HookContext) => T
  /**
   * Validation of the whole object, metadata excepted (`api/meta/validate-meta.ts` does it for every kind). What an `old`
   * object breaks already may be tolerated.
   */
  readonly validate?: (object: T, context: HookContext, old?: T) => FieldError[]
  /** Only what compares old and new; `validate` runs as well. */
  readonly validateUpdate?: (object: T, old: T, context: HookContext) => FieldError[]
  /** For `/status` writes, in place of the two above. */
  readonly validateStatus?: (object: T, old: T) => FieldError[]
  /** Canonicalize: the form in which a valid object is stored. */
  readonly canonicalize?: (object: T) => T
  /** Texts for `Warning: 299` headers. `operation` is that of the context. */
  readonly warn?: (object: T, old?: T, operation?: string) => string[]
  /** Refuses a name; default DNS subdomain. Returns the details of the errors. */
  readonly validateName?: (name: string, prefix: boolean) => readonly string[]
  /** Values of selectable fields beyond metadata.name and metadata.namespace: `status.phase` → text. */
  readonly fields?: Readonly<Record<string, (object: T) => string>>
  /** What DELETE does before the store is asked: grace in seconds (0 = at once), given what the caller wants. */
  readonly grace?: (object: T, asked: number | undefined) => number
  /** Refuses deletion (the priority classes of the system) by throwing a StatusError. */
  readonly checkDelete?: (object: T) => void
  /** Marks what a DELETE leaves behind while it waits (a namespace's phase Terminating). Such kinds show no grace. */
  readonly markDeleted?: (object: T) => T
  /** Whether something of the kind's own keeps a deleted object (a namespace's spec.finalizers). */
  readonly held?: (object: T) => boolean
  /** Takes what the object needs out of pools that all share (cluster IPs, node ports); throws a StatusError. */
  readonly allocate?: (object: T, old: T | undefined, pools: Pools) => T
  /** Objects that stand for what this one has taken: made with it, by name, and gone with it. */
  readonly companions?: (object: T) => readonly Companion[]
  /** Where autoscaling/v1 Scale reads and writes: replicas of the spec, replicas of the status, the selector as text. */
  readonly scale?: {
    read(object: T): { replicas: number; current: number; selector: string }
    write(object: T, replicas: number): T
  }
}

/** Another form of what is stored: the same objects in another version or group, served beside their own. */
export interface Form {
  /** As what the registry takes a write in this form: the stored kind, with what writers in this form are held to. */
  readonly stored: Kind
  /** The object has its defaults. Both leave metadata as it is, but for annotations that stand for fields. */
  toStored(object: Resource): Resource
  fromStored(object: Resource): Resource
}

export interface Kind<T extends Resource = Resource> extends ResourceFacts {
  /** `deployments.apps`: the store's name. A form has that of its stored kind. */
  readonly resource: string
  /** `apps/v1` or `v1`. */
  readonly apiVersion: string
  /** The model in the schema table: `io.k8s.api.apps.v1.Deployment`. */
  readonly model: string
  readonly rules: KindRules<T>
  /** Where its objects are stored in another form; its `fields` then read the stored one. */
  readonly form?: Form
  /** The other forms of a stored kind. */
  readonly forms: readonly Kind[]
  /** Of a form's stored kind: the form that is written, whose fields the writer owns. */
  readonly written?: Kind
}
