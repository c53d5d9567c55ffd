import type { Ingress } from '../../api/schema/types.generated.ts'
import { defaultClass } from './default-class.ts'
import type { Plugin } from './plugin.ts'

const MARKS = ['ingressclass.kubernetes.io/is-default-class']
const OLD_FIELD = 'kubernetes.io/ingress.class'

/** An Ingress that names no class gets the default one. plugin/pkg/admission/network/defaultingressclass. */
export const defaultIngressClass: Plugin = {
  name: 'DefaultIngressClass',
  of: ['ingresses.networking.k8s.io'],
  admit(object, { operation, subresource }, tx) {
    if (operation !== 'CREATE' || subresource !== '') return object
    const ingress = object as Ingress // asked for Ingresses only
    if (ingress.spec?.ingressClassName !== undefined) return ingress
    if (ingress.metadata.annotations?.[OLD_FIELD] !== undefined) return ingress
    const found = defaultClass(tx, 'ingressclasses.networking.k8s.io', MARKS)
    if (found === undefined) return ingress
    return { ...ingress, spec: { ...ingress.spec, ingressClassName: found.metadata.name } } as Ingress // a field of it
  },
}
