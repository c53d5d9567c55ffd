import type { Resource } from '../../api/meta/object.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'

/**
 * One admission plugin of kube-apiserver, one file each, named as Kubernetes names it. Both halves are synchronous and
 * read only the transaction; a refusal is a thrown StatusError. Plugins look at the attributes themselves to say whether
 * they are concerned, and answer the same object where they change nothing.
 */
export interface Plugin {
  /** `LimitRanger`. */
  readonly name: string
  /** `object` is what the plugins before made of that of the attributes. */
  admit?(object: Resource, attributes: Attributes, tx: Tx): Resource
  validate?(attributes: Attributes, tx: Tx): void
}
