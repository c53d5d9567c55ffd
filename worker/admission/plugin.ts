import type { Kind } from '../../api/kinds/kind.ts'
import type { Resource } from '../../api/meta/object.ts'
import type { Attributes } from '../registry/attributes.ts'
import type { Tx } from '../store/store.ts'

/**
 * One admission plugin of kube-apiserver, one file each, named as Kubernetes names it. All its parts are synchronous and
 * know only the transaction; a refusal is a thrown StatusError. Plugins look at the attributes themselves to say whether
 * they are concerned, and answer the same object where they change nothing.
 */
export interface Plugin {
  /** `LimitRanger`. */
  readonly name: string
  /** The resources that it looks at (`pods`, `ingresses.networking.k8s.io`); all where left out. */
  readonly of?: readonly string[]
  /** Asked for CREATE and UPDATE. `object` is what the plugins before made of that of the attributes. */
  admit?(object: Resource, attributes: Attributes, tx: Tx): Resource
  /** Asked for every operation. */
  validate?(attributes: Attributes, tx: Tx): void
  /** The row of `object` is gone, whatever became of it before; what it took up is to be given back. */
  gone?(object: Resource, kind: Kind, tx: Tx): void
}
