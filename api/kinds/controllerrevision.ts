import { type FieldError, invalidValue, required } from '../meta/field-error.ts'
import { IMMUTABLE } from '../meta/validate-meta.ts'
import type { ControllerRevision } from '../schema/types.generated.ts'
import { declare } from './declare.ts'
import { nonNegative } from './numbers.ts'
import { same } from './same.ts'

const hasData = ({ data }: ControllerRevision): boolean => data !== undefined && data !== null

/** `ValidateControllerRevision` of pkg/apis/apps/validation: what was a revision once stays it. */
export const controllerrevisions = declare<ControllerRevision>('controllerrevisions.apps', {
  validate: (revision): FieldError[] => [
    ...(hasData(revision) ? [] : [required('data', 'data is mandatory')]),
    ...nonNegative('revision', revision.revision),
  ],
  validateUpdate: ({ data }, old): FieldError[] =>
    same(data, old.data) ? [] : [invalidValue('data', data, IMMUTABLE)],
})
