import type { ComponentStatus } from '../schema/types.generated.ts'
import { declare } from './declare.ts'

/** Made when they are read; nothing of them is stored. */
export const componentstatuses = declare<ComponentStatus>('componentstatuses', {
  deprecated: 'v1 ComponentStatus is deprecated in v1.19+',
})
