import { eachInvalid, type FieldError, invalidValue, notSupported, Path, required } from '../meta/field-error.ts'
import { pathSegmentErrors, subdomainName } from '../meta/names.ts'
import type { ClusterRoleBinding, RoleBinding, RoleRef, Subject } from '../schema/types.generated.ts'
import { declare } from './declare.ts'

/** RoleBindings and ClusterRoleBindings: pkg/apis/rbac/validation. */
const GROUP = 'rbac.authorization.k8s.io'
const REF = Path.of('roleRef')
const SUBJECTS = Path.of('subjects')

function refErrors(ref: RoleRef, kinds: readonly string[]): FieldError[] {
  const { apiGroup = '', kind = '', name = '' } = ref ?? {}
  return [
    ...(apiGroup === GROUP ? [] : [notSupported(REF.child('apiGroup'), apiGroup, [GROUP])]),
    ...(kinds.includes(kind) ? [] : [notSupported(REF.child('kind'), kind, kinds)]),
    ...(name === '' ? [required(REF.child('name'))] : eachInvalid(REF.child('name'), name, pathSegmentErrors(name))),
  ]
}

/** `ValidateRoleBindingSubject`. */
function subjectErrors(
  { kind, name, apiGroup = '', namespace = '' }: Subject,
  namespaced: boolean,
  at: Path,
): FieldError[] {
  const errors: FieldError[] = name ? [] : [required(at.child('name'))]
  switch (kind) {
    case 'ServiceAccount':
      if (name) errors.push(...eachInvalid(at.child('name'), name, subdomainName(name, false)))
      if (apiGroup !== '') errors.push(notSupported(at.child('apiGroup'), apiGroup, ['']))
      if (!namespaced && namespace === '') errors.push(required(at.child('namespace')))
      return errors
    case 'User':
    case 'Group':
      if (apiGroup !== GROUP) errors.push(notSupported(at.child('apiGroup'), apiGroup, [GROUP]))
      return errors
    default:
      errors.push(notSupported(at.child('kind'), kind ?? '', ['ServiceAccount', 'User', 'Group']))
      return errors
  }
}

type Binding = RoleBinding | ClusterRoleBinding

const bindingErrors = ({ roleRef, subjects }: Binding, namespaced: boolean, kinds: readonly string[]): FieldError[] => [
  ...refErrors(roleRef, kinds),
  ...(subjects ?? []).flatMap((subject, i) => subjectErrors(subject, namespaced, SUBJECTS.index(i))),
]

/** A binding is made for one role; the value is printed as Go's internal type. */
function changedRef({ roleRef: ref }: Binding, { roleRef: old }: Binding): FieldError[] {
  if (ref.apiGroup === old.apiGroup && ref.kind === old.kind && ref.name === old.name) return []
  return [invalidValue(REF, { APIGroup: ref.apiGroup, Kind: ref.kind, Name: ref.name }, 'cannot change roleRef')]
}

export const rolebindings = declare<RoleBinding>(`rolebindings.${GROUP}`, {
  validateName: pathSegmentErrors,
  validate: (binding) => bindingErrors(binding, true, ['Role', 'ClusterRole']),
  validateUpdate: changedRef,
})

export const clusterrolebindings = declare<ClusterRoleBinding>(`clusterrolebindings.${GROUP}`, {
  validateName: pathSegmentErrors,
  validate: (binding) => bindingErrors(binding, false, ['ClusterRole']),
  validateUpdate: changedRef,
})
