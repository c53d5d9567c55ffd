/**
 * One violation found by validation: `field.Error` of apimachinery. `value` is what the client sent (printed as Go prints
 * it); formatting to the wire text and to a cause lives in `field-error.ts` too, so that messages are made in one place.
 * https://pkg.go.dev/k8s.io/apimachinery/pkg/util/validation/field
 */
export interface FieldError {
  type: 'Required' | 'Invalid' | 'NotSupported' | 'Duplicate' | 'Forbidden' | 'NotFound' | 'TooLong' | 'TooMany' | 'TypeInvalid' | 'Internal'
  /** `spec.containers[0].ports[1].name`, map keys as `data[a b]`. */
  field: string
  value?: unknown
  detail: string
}
