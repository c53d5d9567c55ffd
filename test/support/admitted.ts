import type { Kind } from '../../api/kinds/kind.ts'
import type { Resource } from '../../api/meta/object.ts'
import { makeAdmission } from '../../worker/admission/index.ts'
import type { Admission, Attributes } from '../../worker/registry/attributes.ts'
import type { Caller } from '../../worker/registry/registry.ts'
import type { Key, Row, Tx } from '../../worker/store/store.ts'

/** Objects by `resource/namespace/name`, as a transaction that only reads would show them; `updated` collects writes. */
export function standing(objects: Readonly<Record<string, object>> = {}): Tx & { updated: Resource[] } {
  const rows = new Map(Object.entries(objects).map(([path, object]) => [path, rowOf(path, object)]))
  const updated: Resource[] = []
  const tx: Pick<Tx, 'get' | 'few' | 'list' | 'update'> & { updated: Resource[] } = {
    updated,
    get: ({ resource, namespace, name }: Key) => rows.get(`${resource}/${namespace}/${name}`),
    few: (resource, namespace) => [...rows.values()].filter((row) => is(row, resource, namespace)),
    list: ({ resource, namespace }) => [...rows.values()].filter((row) => is(row, resource, namespace)),
    update(resource, object) {
      updated.push(object)
      const path = `${resource}/${object.metadata.namespace ?? ''}/${object.metadata.name}`
      const row = rowOf(path, object)
      rows.set(path, row)
      return row
    },
  }
  return tx as unknown as Tx & { updated: Resource[] } // plugins use no more of a transaction than these
}

const is = (row: Row, resource: string, namespace: string | undefined): boolean =>
  row.resource === resource && (namespace === undefined || row.namespace === namespace)

function rowOf(path: string, given: object): Row {
  const [resource = '', namespace = '', name = ''] = path.split('/')
  const { metadata = {}, ...rest } = given as { metadata?: object } // tests give the parts that they are about
  const object = {
    ...rest,
    metadata: { name, ...(namespace === '' ? {} : { namespace }), uid: `uid-${name}`, ...metadata },
  } as unknown as Resource // the rest is what the test says
  return { resource, namespace, name, uid: object.metadata.uid, version: 1, json: JSON.stringify(object), object }
}

/** A namespace and the account that its Pods run as. */
export const furnished = (
  namespace: string,
  more: Readonly<Record<string, object>> = {},
): Tx & { updated: Resource[] } =>
  standing({
    [`namespaces//${namespace}`]: {},
    [`serviceaccounts/${namespace}/default`]: {},
    ...more,
  })

export const someone = (name = 'someone', ...groups: string[]): Caller => ({
  user: { name, groups: [...groups, 'system:authenticated'] },
  now: Date.parse('2026-11-24T12:00:00Z'),
  warnings: [],
  dice: { uid: () => 'uid', suffix: (length) => 'bcdfg'.slice(0, length) },
})

/** The object after all plugins saw its creation, in the order of the registry. */
export function admitted(
  kind: Kind,
  object: Resource,
  tx: Tx = furnished(object.metadata.namespace ?? ''),
  caller: Caller = someone(),
  admission: Admission = makeAdmission(),
): Resource {
  const attributes = creating(kind, object, caller)
  const made = admission.mutate(tx, attributes)
  admission.validate(tx, { ...attributes, object: made })
  return made
}

export const creating = (
  kind: Kind,
  object: Resource,
  caller: Caller = someone(),
  subresource = '',
): Attributes & { operation: 'CREATE' } => ({
  operation: 'CREATE',
  kind,
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name,
  subresource,
  caller,
  dryRun: false,
  object,
})

export const updating = (
  kind: Kind,
  object: Resource,
  old: Resource,
  caller: Caller = someone(),
  subresource = '',
): Attributes & { operation: 'UPDATE' } => ({
  ...creating(kind, object, caller, subresource),
  operation: 'UPDATE',
  object,
  old,
})
