/** Any value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ObjectMeta {
  name: string
  generateName?: string
  /** Absent on cluster-scoped objects. */
  namespace?: string
  uid: string
  /** Decimal text of a 64-bit integer that never goes backwards in one cluster. */
  resourceVersion: string
  generation?: number
  /** RFC 3339, whole seconds, `Z`. */
  creationTimestamp: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: JsonObject[]
}

/** An object of any kind, decoded and defaulted, as the store holds it. Kinds narrow it (`Pod extends Resource`). */
export interface Resource {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

/** The owner that controls an object, if one does. At most one owner reference may have `controller: true`. */
export function controllerOf(object: Resource): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)
}

/** Whether deletion of the object has begun; it stays until its grace and its finalizers are done. */
export const isDeleting = (object: Resource): boolean => object.metadata.deletionTimestamp !== undefined
