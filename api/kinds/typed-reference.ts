import { type FieldError, type Path, eachInvalid, required } from '../meta/field-error.ts'
import { dnsSubdomainErrors, pathSegmentErrors } from '../meta/names.ts'

/** A name that must be there and fit into a URL's path. */
export function segmentErrors(at: Path, text: string | undefined): FieldError[] {
  return text ? eachInvalid(at, text, pathSegmentErrors(text)) : [required(at)]
}

/** `validateIngressTypedLocalObjectReference`: a group, where there is one, a kind and a name. */
export function typedReferenceErrors(
  { apiGroup, kind, name }: { readonly apiGroup?: string | null; readonly kind?: string; readonly name?: string },
  at: Path,
): FieldError[] {
  const group = apiGroup ?? undefined
  return [
    ...(group === undefined ? [] : eachInvalid(at.child('apiGroup'), group, dnsSubdomainErrors(group))),
    ...segmentErrors(at.child('kind'), kind),
    ...segmentErrors(at.child('name'), name),
  ]
}
