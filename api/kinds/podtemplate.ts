import { Path } from '../meta/field-error.ts'
import type { PodTemplate } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { preparedTemplate } from './pod/prepare.ts'
import { templateSpecErrors } from './pod/spec.ts'
import { same } from './same.ts'
import { templateWarnings } from './workload.ts'

const TEMPLATE = Path.of('template')

const prepared = (object: PodTemplate): PodTemplate =>
  object.template === undefined ? object : { ...object, template: preparedTemplate(object.template) }

/** pkg/registry/core/podtemplate: a template that nothing uses by itself. */
export const podtemplates = declare<PodTemplate>('podtemplates', {
  prepareCreate: prepared,
  prepareUpdate: prepared,
  validate: ({ template }, _, old) => templateSpecErrors(template, TEMPLATE, old?.template),
  warn: ({ template }, old) =>
    old !== undefined && same(template, old.template) ? [] : templateWarnings(template, TEMPLATE),
})
