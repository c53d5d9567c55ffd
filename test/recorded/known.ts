const AT_ONCE =
  'the Deployment controller runs in the turn of the create, so the first answer has a status (terminatingReplicas) already'

/** Recorded cases that podo answers differently, each with the reason. */
export const KNOWN: Readonly<Record<string, string>> = {
  'subresources/status/get': AT_ONCE,
  'subresources/status/main-put-ignores-status': AT_ONCE,
}
