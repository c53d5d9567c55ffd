import type { Json } from '../meta/object.ts'

/** Go's `nil` test: only what is missing is filled. */
const unset = (value: Json) => ({ value, empty: false })
/** Go's zero test: `""`, `0` and what is missing are filled. */
const empty = (value: Json) => ({ value, empty: true })
export type Rule = ReturnType<typeof unset>

const RBD = { pool: empty('rbd'), user: empty('admin'), keyring: empty('/etc/ceph/keyring') }
const SCALE_IO = { storageMode: empty('ThinProvisioned'), fsType: empty('xfs') }
const CONTAINER = {
  terminationMessagePath: empty('/dev/termination-log'),
  terminationMessagePolicy: empty('File'),
}
const WEBHOOK = {
  failurePolicy: unset('Fail'),
  matchPolicy: unset('Equivalent'),
  namespaceSelector: unset({}),
  objectSelector: unset({}),
  timeoutSeconds: unset(10),
}
const POLICY = { failurePolicy: unset('Fail') }
const SCOPE = { scope: unset('*') }
const PORT = { port: unset(443) }
const FILE_MODE = { defaultMode: unset(420) }
const MINIMUM = { minReplicas: unset(1) }

/**
 * Defaults that depend on nothing but their own field, by model (without `io.k8s.`) and field. They run wherever a value of
 * the model stands, in pod templates too, before `default-steps.ts` of the same model and before what is inside.
 * https://github.com/kubernetes/kubernetes/tree/master/pkg/apis (each group's v1/defaults.go)
 */
export const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  'api.core.v1.PodSpec': {
    dnsPolicy: empty('ClusterFirst'),
    restartPolicy: empty('Always'),
    securityContext: unset({}),
    terminationGracePeriodSeconds: unset(30),
    schedulerName: empty('default-scheduler'),
  },
  'api.core.v1.Container': CONTAINER,
  'api.core.v1.EphemeralContainer': CONTAINER,
  'api.core.v1.ContainerPort': { protocol: empty('TCP') },
  'api.core.v1.Probe': {
    timeoutSeconds: empty(1),
    periodSeconds: empty(10),
    successThreshold: empty(1),
    failureThreshold: empty(3),
  },
  'api.core.v1.HTTPGetAction': { path: empty('/'), scheme: empty('HTTP') },
  'api.core.v1.GRPCAction': { service: unset('') },
  'api.core.v1.ObjectFieldSelector': { apiVersion: empty('v1') },
  'api.core.v1.SecretVolumeSource': FILE_MODE,
  'api.core.v1.ConfigMapVolumeSource': FILE_MODE,
  'api.core.v1.DownwardAPIVolumeSource': FILE_MODE,
  'api.core.v1.ProjectedVolumeSource': FILE_MODE,
  'api.core.v1.ServiceAccountTokenProjection': { expirationSeconds: unset(3600) },
  'api.authentication.v1.TokenRequestSpec': { expirationSeconds: unset(3600) },
  'api.core.v1.HostPathVolumeSource': { type: unset('') },
  'api.core.v1.ISCSIVolumeSource': { iscsiInterface: empty('default') },
  'api.core.v1.ISCSIPersistentVolumeSource': { iscsiInterface: empty('default') },
  'api.core.v1.RBDVolumeSource': RBD,
  'api.core.v1.RBDPersistentVolumeSource': RBD,
  'api.core.v1.AzureDiskVolumeSource': {
    cachingMode: unset('ReadWrite'),
    fsType: unset('ext4'),
    readOnly: unset(false),
    kind: unset('Shared'),
  },
  'api.core.v1.ScaleIOVolumeSource': SCALE_IO,
  'api.core.v1.ScaleIOPersistentVolumeSource': SCALE_IO,
  'api.core.v1.Secret': { type: empty('Opaque') },
  'api.core.v1.NamespaceStatus': { phase: empty('Active') },
  'api.core.v1.PersistentVolumeSpec': {
    persistentVolumeReclaimPolicy: empty('Retain'),
    volumeMode: unset('Filesystem'),
  },
  'api.core.v1.PersistentVolumeStatus': { phase: empty('Pending') },
  'api.core.v1.PersistentVolumeClaimSpec': { volumeMode: unset('Filesystem') },
  'api.core.v1.PersistentVolumeClaimStatus': { phase: empty('Pending') },
  'api.core.v1.EndpointPort': { protocol: empty('TCP') },
  'api.core.v1.ReplicationControllerSpec': { replicas: unset(1) },
  'api.apps.v1.DeploymentSpec': {
    replicas: unset(1),
    revisionHistoryLimit: unset(10),
    progressDeadlineSeconds: unset(600),
  },
  'api.apps.v1.DeploymentStrategy': { type: empty('RollingUpdate') },
  'api.apps.v1.DaemonSetSpec': { revisionHistoryLimit: unset(10) },
  'api.apps.v1.DaemonSetUpdateStrategy': { type: empty('RollingUpdate') },
  'api.apps.v1.StatefulSetSpec': {
    replicas: unset(1),
    revisionHistoryLimit: unset(10),
    podManagementPolicy: empty('OrderedReady'),
    persistentVolumeClaimRetentionPolicy: unset({}),
  },
  'api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy': {
    whenDeleted: empty('Retain'),
    whenScaled: empty('Retain'),
  },
  'api.apps.v1.ReplicaSetSpec': { replicas: unset(1) },
  'api.batch.v1.PodFailurePolicyOnPodConditionsPattern': { status: empty('True') },
  'api.batch.v1.CronJobSpec': {
    concurrencyPolicy: empty('Allow'),
    suspend: unset(false),
    successfulJobsHistoryLimit: unset(3),
    failedJobsHistoryLimit: unset(1),
  },
  'api.autoscaling.v1.HorizontalPodAutoscalerSpec': MINIMUM,
  'api.autoscaling.v2.HorizontalPodAutoscalerSpec': MINIMUM,
  'api.networking.v1.NetworkPolicyPort': { protocol: unset('TCP') },
  'api.networking.v1.IngressClassParametersReference': { scope: unset('Cluster') },
  'api.discovery.v1.EndpointPort': { name: unset(''), protocol: unset('TCP') },
  'api.rbac.v1.RoleRef': { apiGroup: empty('rbac.authorization.k8s.io') },
  'api.storage.v1.StorageClass': { reclaimPolicy: unset('Delete'), volumeBindingMode: unset('Immediate') },
  'api.storage.v1.CSIDriverSpec': {
    attachRequired: unset(true),
    podInfoOnMount: unset(false),
    storageCapacity: unset(false),
    fsGroupPolicy: unset('ReadWriteOnceWithFSType'),
    volumeLifecycleModes: empty(['Persistent']),
    requiresRepublish: unset(false),
    seLinuxMount: unset(false),
  },
  'api.scheduling.v1.PriorityClass': { preemptionPolicy: unset('PreemptLowerPriority') },
  'api.admissionregistration.v1.ValidatingWebhook': WEBHOOK,
  'api.admissionregistration.v1.MutatingWebhook': { ...WEBHOOK, reinvocationPolicy: unset('Never') },
  'api.admissionregistration.v1.RuleWithOperations': SCOPE,
  'api.admissionregistration.v1.NamedRuleWithOperations': SCOPE,
  'api.admissionregistration.v1.MatchResources': {
    matchPolicy: unset('Equivalent'),
    namespaceSelector: unset({}),
    objectSelector: unset({}),
  },
  'api.admissionregistration.v1.ValidatingAdmissionPolicySpec': POLICY,
  'api.admissionregistration.v1.MutatingAdmissionPolicySpec': POLICY,
  'api.admissionregistration.v1.ServiceReference': PORT,
  'apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference': PORT,
  'kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference': PORT,
  'apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec': {
    conversion: unset({ strategy: 'None' }),
  },
  'api.resource.v1.ExactDeviceRequest': { allocationMode: empty('ExactCount') },
  'api.resource.v1.DeviceSubRequest': { allocationMode: empty('ExactCount') },
  'api.flowcontrol.v1.FlowSchemaSpec': { matchingPrecedence: empty(1000) },
  'api.flowcontrol.v1.LimitedPriorityLevelConfiguration': {
    nominalConcurrencyShares: unset(30),
    lendablePercent: unset(0),
  },
  'api.flowcontrol.v1.ExemptPriorityLevelConfiguration': {
    nominalConcurrencyShares: unset(0),
    lendablePercent: unset(0),
  },
  'api.flowcontrol.v1.QueuingConfiguration': { queues: empty(64), handSize: empty(8), queueLengthLimit: empty(50) },
}
