const AT_ONCE =
  'the Deployment controller runs in the turn of the create, so the first answer has a status (terminatingReplicas) already'

const ROWS =
  'Kubernetes writes a Pod once more before it deletes it at once (deletionTimestamp, grace 0); podo saves the two rows, so a watch sees only DELETED'
const FORK =
  'the recorded server was patched to project a fourth source into the token volume, which Kubernetes does not, so line numbers of its diff are 18 higher'
const OPENSHIFT =
  'the recorded server carries OpenShift\u2019s ClusterRole for /.well-known, which is no part of Kubernetes'
const UNCALLED = 'podo does not call webhooks yet, and says so where Kubernetes names the refused connection'

const ORPHANS =
  'the object whose owner does not exist is collected in the turn of its create, in Kubernetes half a minute later'

/** Recorded cases that podo answers differently, each with the reason. */
export const KNOWN: Readonly<Record<string, string>> = {
  'apply/ownerrefs': ORPHANS,
  'metadata/immutable/pod-image-ok': FORK,
  'subresources/resize/main-resource-forbidden': FORK,
  'admission/webhook/unreachable-fail': UNCALLED,
  'auth/ssrr/rules': OPENSHIFT,
  'auth/ssrr/admin': OPENSHIFT,
  'auth/oidc/config': 'podo signs with ES256, where the recorded server had an RSA key',
  'watch/pod-lifecycle': ROWS,
  'subresources/status/get': AT_ONCE,
  'subresources/status/main-put-ignores-status': AT_ONCE,
}
