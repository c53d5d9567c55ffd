import type { Admission } from '../registry/attributes.ts'
import { kindAdmission } from './kind-admission.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import type { Plugin } from './plugin.ts'
import { roleEscalation } from './role-escalation.ts'

/** The plugins that are on by default, in kube-apiserver's order (pkg/kubeapiserver/options/plugins.go). */
const PLUGINS: readonly Plugin[] = [namespaceLifecycle, kindAdmission, roleEscalation]

/** The chain of plugins as one. */
export function makeAdmission(plugins: readonly Plugin[] = PLUGINS): Admission {
  return {
    mutate(tx, attributes) {
      let { object } = attributes
      for (const plugin of plugins) object = plugin.admit?.(object, attributes, tx) ?? object
      return object
    },
    validate(tx, attributes) {
      for (const plugin of plugins) plugin.validate?.(attributes, tx)
    },
  }
}
