const AT_ONCE =
  'the Deployment controller runs in the turn of the create, so the first answer has a status (terminatingReplicas) already'

const ROWS =
  'Kubernetes writes a Pod once more before it deletes it at once (deletionTimestamp, grace 0); podo saves the two rows, so a watch sees only DELETED'
const TOKENS = 'the ServiceAccount admission plugin comes with projected tokens'

/** Recorded cases that podo answers differently, each with the reason. */
export const KNOWN: Readonly<Record<string, string>> = {
  'admission/serviceaccount/missing': TOKENS,
  'watch/pod-lifecycle': ROWS,
  'subresources/status/get': AT_ONCE,
  'subresources/status/main-put-ignores-status': AT_ONCE,
}
