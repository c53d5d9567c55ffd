// Made by api/schema/generate/main.ts from the facts of Kubernetes; do not edit.
import type { Json, JsonObject, ObjectMeta, OwnerReference, Resource } from '../meta/object.ts'

/** Canonical text, as `500m` or `1Gi`. */
export type Quantity = string
export type IntOrString = number | string
/** RFC 3339, whole seconds, `Z`. */
export type Time = string
/** RFC 3339 with six digits of a second, `Z`. */
export type MicroTime = string
/** Go's text of a duration, as `1m0s`. */
export type Duration = string
/** What a template says of the objects made from it. */
export type TemplateMeta = Partial<ObjectMeta>

export interface ApplyConfiguration {
  expression?: string
}

export interface AuditAnnotation {
  key: string
  valueExpression: string
}

export interface ExpressionWarning {
  fieldRef: string
  warning: string
}

export interface JSONPatch {
  expression?: string
}

export interface MatchCondition {
  name: string
  expression: string
}

export interface MatchResources {
  namespaceSelector?: LabelSelector
  objectSelector?: LabelSelector
  resourceRules?: NamedRuleWithOperations[]
  excludeResourceRules?: NamedRuleWithOperations[]
  matchPolicy?: string
}

export interface MutatingAdmissionPolicy extends Resource {
  kind: 'MutatingAdmissionPolicy'
  apiVersion: 'admissionregistration.k8s.io/v1'
  spec: MutatingAdmissionPolicySpec
}

export interface MutatingAdmissionPolicyBinding extends Resource {
  kind: 'MutatingAdmissionPolicyBinding'
  apiVersion: 'admissionregistration.k8s.io/v1'
  spec: MutatingAdmissionPolicyBindingSpec
}

export interface MutatingAdmissionPolicyBindingList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: MutatingAdmissionPolicyBinding[]
}

export interface MutatingAdmissionPolicyBindingSpec {
  policyName?: string
  paramRef?: ParamRef
  matchResources?: MatchResources
}

export interface MutatingAdmissionPolicyList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: MutatingAdmissionPolicy[]
}

export interface MutatingAdmissionPolicySpec {
  paramKind?: ParamKind
  matchConstraints?: MatchResources
  variables?: Variable[]
  mutations?: Mutation[]
  failurePolicy?: string
  matchConditions?: MatchCondition[]
  reinvocationPolicy?: string
}

export interface MutatingWebhook {
  name: string
  clientConfig: WebhookClientConfig
  rules?: RuleWithOperations[]
  failurePolicy?: string
  matchPolicy?: string
  namespaceSelector?: LabelSelector
  objectSelector?: LabelSelector
  sideEffects: string | null
  timeoutSeconds?: number
  admissionReviewVersions: string[]
  reinvocationPolicy?: string
  matchConditions?: MatchCondition[]
}

export interface MutatingWebhookConfiguration extends Resource {
  kind: 'MutatingWebhookConfiguration'
  apiVersion: 'admissionregistration.k8s.io/v1'
  webhooks?: MutatingWebhook[]
}

export interface MutatingWebhookConfigurationList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: MutatingWebhookConfiguration[]
}

export interface Mutation {
  patchType: string
  applyConfiguration?: ApplyConfiguration
  jsonPatch?: JSONPatch
}

export interface NamedRuleWithOperations {
  resourceNames?: string[]
  operations?: string[]
  apiGroups?: string[]
  apiVersions?: string[]
  resources?: string[]
  scope?: string
}

export interface ParamKind {
  apiVersion?: string
  kind?: string
}

export interface ParamRef {
  name?: string
  namespace?: string
  selector?: LabelSelector
  parameterNotFoundAction?: string
}

export interface Rule {
  apiGroups?: string[]
  apiVersions?: string[]
  resources?: string[]
  scope?: string
}

export interface RuleWithOperations {
  operations?: string[]
  apiGroups?: string[]
  apiVersions?: string[]
  resources?: string[]
  scope?: string
}

export interface ServiceReference {
  namespace: string
  name: string
  path?: string
  port?: number
}

export interface TypeChecking {
  expressionWarnings?: ExpressionWarning[]
}

export interface ValidatingAdmissionPolicy extends Resource {
  kind: 'ValidatingAdmissionPolicy'
  apiVersion: 'admissionregistration.k8s.io/v1'
  spec: ValidatingAdmissionPolicySpec
  status: ValidatingAdmissionPolicyStatus
}

export interface ValidatingAdmissionPolicyBinding extends Resource {
  kind: 'ValidatingAdmissionPolicyBinding'
  apiVersion: 'admissionregistration.k8s.io/v1'
  spec: ValidatingAdmissionPolicyBindingSpec
}

export interface ValidatingAdmissionPolicyBindingList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ValidatingAdmissionPolicyBinding[]
}

export interface ValidatingAdmissionPolicyBindingSpec {
  policyName: string
  paramRef?: ParamRef
  matchResources?: MatchResources
  validationActions: string[]
}

export interface ValidatingAdmissionPolicyList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ValidatingAdmissionPolicy[]
}

export interface ValidatingAdmissionPolicySpec {
  paramKind?: ParamKind
  matchConstraints?: MatchResources
  validations?: Validation[]
  failurePolicy?: string
  auditAnnotations?: AuditAnnotation[]
  matchConditions?: MatchCondition[]
  variables?: Variable[]
}

export interface ValidatingAdmissionPolicyStatus {
  observedGeneration?: number
  typeChecking?: TypeChecking
  conditions?: Condition[]
}

export interface ValidatingWebhook {
  name: string
  clientConfig: WebhookClientConfig
  rules?: RuleWithOperations[]
  failurePolicy?: string
  matchPolicy?: string
  namespaceSelector?: LabelSelector
  objectSelector?: LabelSelector
  sideEffects: string | null
  timeoutSeconds?: number
  admissionReviewVersions: string[]
  matchConditions?: MatchCondition[]
}

export interface ValidatingWebhookConfiguration extends Resource {
  kind: 'ValidatingWebhookConfiguration'
  apiVersion: 'admissionregistration.k8s.io/v1'
  webhooks?: ValidatingWebhook[]
}

export interface ValidatingWebhookConfigurationList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ValidatingWebhookConfiguration[]
}

export interface Validation {
  expression: string
  message?: string
  reason?: string
  messageExpression?: string
}

export interface Variable {
  name: string
  expression: string
}

export interface WebhookClientConfig {
  url?: string
  service?: ServiceReference
  caBundle?: string
}

export interface APIGroupDiscovery {
  kind?: string
  apiVersion?: string
  metadata: TemplateMeta
  versions?: APIVersionDiscovery[]
}

export interface APIGroupDiscoveryList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: APIGroupDiscovery[]
}

export interface APIResourceDiscovery {
  resource: string
  responseKind?: GroupVersionKind
  scope: string
  singularResource: string
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
  subresources?: APISubresourceDiscovery[]
}

export interface APISubresourceDiscovery {
  subresource: string
  responseKind?: GroupVersionKind
  acceptedTypes?: GroupVersionKind[]
  verbs: string[]
}

export interface APIVersionDiscovery {
  version: string
  resources?: APIResourceDiscovery[]
  freshness?: string
}

export interface ControllerRevision extends Resource {
  kind: 'ControllerRevision'
  apiVersion: 'apps/v1'
  data: JsonObject | null
  revision: number
}

export interface ControllerRevisionList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ControllerRevision[]
}

export interface DaemonSet extends Resource {
  kind: 'DaemonSet'
  apiVersion: 'apps/v1'
  spec: DaemonSetSpec
  status: DaemonSetStatus
}

export interface DaemonSetCondition {
  type: string
  status: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface DaemonSetList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: DaemonSet[]
}

export interface DaemonSetSpec {
  selector: LabelSelector | null
  template: PodTemplateSpec
  updateStrategy: DaemonSetUpdateStrategy
  minReadySeconds?: number
  revisionHistoryLimit?: number
}

export interface DaemonSetStatus {
  currentNumberScheduled: number
  numberMisscheduled: number
  desiredNumberScheduled: number
  numberReady: number
  observedGeneration?: number
  updatedNumberScheduled?: number
  numberAvailable?: number
  numberUnavailable?: number
  collisionCount?: number
  conditions?: DaemonSetCondition[]
}

export interface DaemonSetUpdateStrategy {
  type?: string
  rollingUpdate?: RollingUpdateDaemonSet
}

export interface Deployment extends Resource {
  kind: 'Deployment'
  apiVersion: 'apps/v1'
  spec: DeploymentSpec
  status: DeploymentStatus
}

export interface DeploymentCondition {
  type: string
  status: string
  lastUpdateTime: Time | null
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface DeploymentList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Deployment[]
}

export interface DeploymentSpec {
  replicas?: number
  selector: LabelSelector | null
  template: PodTemplateSpec
  strategy: DeploymentStrategy
  minReadySeconds?: number
  revisionHistoryLimit?: number
  paused?: boolean
  progressDeadlineSeconds?: number
}

export interface DeploymentStatus {
  observedGeneration?: number
  replicas?: number
  updatedReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  unavailableReplicas?: number
  terminatingReplicas?: number
  conditions?: DeploymentCondition[]
  collisionCount?: number
}

export interface DeploymentStrategy {
  type?: string
  rollingUpdate?: RollingUpdateDeployment
}

export interface ReplicaSet extends Resource {
  kind: 'ReplicaSet'
  apiVersion: 'apps/v1'
  spec: ReplicaSetSpec
  status: ReplicaSetStatus
}

export interface ReplicaSetCondition {
  type: string
  status: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface ReplicaSetList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ReplicaSet[]
}

export interface ReplicaSetSpec {
  replicas?: number
  minReadySeconds?: number
  selector: LabelSelector | null
  template: PodTemplateSpec
}

export interface ReplicaSetStatus {
  replicas: number
  fullyLabeledReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  terminatingReplicas?: number
  observedGeneration?: number
  conditions?: ReplicaSetCondition[]
}

export interface RollingUpdateDaemonSet {
  maxUnavailable?: IntOrString
  maxSurge?: IntOrString
}

export interface RollingUpdateDeployment {
  maxUnavailable?: IntOrString
  maxSurge?: IntOrString
}

export interface RollingUpdateStatefulSetStrategy {
  partition?: number
  maxUnavailable?: IntOrString
}

export interface StatefulSet extends Resource {
  kind: 'StatefulSet'
  apiVersion: 'apps/v1'
  spec: StatefulSetSpec
  status: StatefulSetStatus
}

export interface StatefulSetCondition {
  type: string
  status: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface StatefulSetList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: StatefulSet[]
}

export interface StatefulSetOrdinals {
  start: number
}

export interface StatefulSetPersistentVolumeClaimRetentionPolicy {
  whenDeleted?: string
  whenScaled?: string
}

export interface StatefulSetSpec {
  replicas?: number
  selector: LabelSelector | null
  template: PodTemplateSpec
  volumeClaimTemplates?: PersistentVolumeClaim[]
  serviceName: string
  podManagementPolicy?: string
  updateStrategy: StatefulSetUpdateStrategy
  revisionHistoryLimit?: number
  minReadySeconds?: number
  persistentVolumeClaimRetentionPolicy?: StatefulSetPersistentVolumeClaimRetentionPolicy
  ordinals?: StatefulSetOrdinals
}

export interface StatefulSetStatus {
  observedGeneration?: number
  replicas: number
  readyReplicas?: number
  currentReplicas?: number
  updatedReplicas?: number
  currentRevision?: string
  updateRevision?: string
  collisionCount?: number
  conditions?: StatefulSetCondition[]
  availableReplicas: number
}

export interface StatefulSetUpdateStrategy {
  type?: string
  rollingUpdate?: RollingUpdateStatefulSetStrategy
}

export interface BoundObjectReference {
  kind?: string
  apiVersion?: string
  name?: string
  uid?: string
}

export type ExtraValue = string[]

export interface SelfSubjectReview extends Resource {
  kind: 'SelfSubjectReview'
  apiVersion: 'authentication.k8s.io/v1'
  status: SelfSubjectReviewStatus
}

export interface SelfSubjectReviewStatus {
  userInfo: UserInfo
}

export interface TokenRequest extends Resource {
  kind: 'TokenRequest'
  apiVersion: 'authentication.k8s.io/v1'
  spec: TokenRequestSpec
  status: TokenRequestStatus
}

export interface TokenRequestSpec {
  audiences: string[] | null
  expirationSeconds: number | null
  boundObjectRef: BoundObjectReference | null
}

export interface TokenRequestStatus {
  token: string
  expirationTimestamp: Time | null
}

export interface TokenReview extends Resource {
  kind: 'TokenReview'
  apiVersion: 'authentication.k8s.io/v1'
  spec: TokenReviewSpec
  status: TokenReviewStatus
}

export interface TokenReviewSpec {
  token: string
  audiences?: string[]
}

export interface TokenReviewStatus {
  authenticated?: boolean
  user: UserInfo
  audiences?: string[]
  error?: string
}

export interface UserInfo {
  username?: string
  uid?: string
  groups?: string[]
  extra?: Record<string, string[]>
}

export type AuthorizationExtraValue = string[]

export interface FieldSelectorAttributes {
  rawSelector?: string
  requirements?: FieldSelectorRequirement[]
}

export interface LabelSelectorAttributes {
  rawSelector?: string
  requirements?: LabelSelectorRequirement[]
}

export interface LocalSubjectAccessReview extends Resource {
  kind: 'LocalSubjectAccessReview'
  apiVersion: 'authorization.k8s.io/v1'
  spec: SubjectAccessReviewSpec
  status: SubjectAccessReviewStatus
}

export interface NonResourceAttributes {
  path?: string
  verb?: string
}

export interface NonResourceRule {
  verbs: string[]
  nonResourceURLs?: string[]
}

export interface ResourceAttributes {
  namespace?: string
  verb?: string
  group?: string
  version?: string
  resource?: string
  subresource?: string
  name?: string
  fieldSelector?: FieldSelectorAttributes
  labelSelector?: LabelSelectorAttributes
}

export interface ResourceRule {
  verbs: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
}

export interface SelfSubjectAccessReview extends Resource {
  kind: 'SelfSubjectAccessReview'
  apiVersion: 'authorization.k8s.io/v1'
  spec: SelfSubjectAccessReviewSpec
  status: SubjectAccessReviewStatus
}

export interface SelfSubjectAccessReviewSpec {
  resourceAttributes?: ResourceAttributes
  nonResourceAttributes?: NonResourceAttributes
}

export interface SelfSubjectRulesReview extends Resource {
  kind: 'SelfSubjectRulesReview'
  apiVersion: 'authorization.k8s.io/v1'
  spec: SelfSubjectRulesReviewSpec
  status: SubjectRulesReviewStatus
}

export interface SelfSubjectRulesReviewSpec {
  namespace?: string
}

export interface SubjectAccessReview extends Resource {
  kind: 'SubjectAccessReview'
  apiVersion: 'authorization.k8s.io/v1'
  spec: SubjectAccessReviewSpec
  status: SubjectAccessReviewStatus
}

export interface SubjectAccessReviewSpec {
  resourceAttributes?: ResourceAttributes
  nonResourceAttributes?: NonResourceAttributes
  user?: string
  groups?: string[]
  extra?: Record<string, string[]>
  uid?: string
}

export interface SubjectAccessReviewStatus {
  allowed: boolean
  denied?: boolean
  reason?: string
  evaluationError?: string
}

export interface SubjectRulesReviewStatus {
  resourceRules: ResourceRule[]
  nonResourceRules: NonResourceRule[]
  incomplete: boolean
  evaluationError?: string
}

export interface AutoscalingV1ContainerResourceMetricSource {
  name: string
  targetAverageUtilization?: number
  targetAverageValue?: Quantity
  container: string
}

export interface AutoscalingV1ContainerResourceMetricStatus {
  name: string
  currentAverageUtilization?: number
  currentAverageValue: Quantity
  container: string
}

export interface AutoscalingV1CrossVersionObjectReference {
  kind: string
  name: string
  apiVersion?: string
}

export interface AutoscalingV1ExternalMetricSource {
  metricName: string
  metricSelector?: LabelSelector
  targetValue?: Quantity
  targetAverageValue?: Quantity
}

export interface AutoscalingV1ExternalMetricStatus {
  metricName: string
  metricSelector?: LabelSelector
  currentValue: Quantity
  currentAverageValue?: Quantity
}

export interface AutoscalingV1HorizontalPodAutoscaler extends Resource {
  kind: 'HorizontalPodAutoscaler'
  apiVersion: 'autoscaling/v1'
  spec: AutoscalingV1HorizontalPodAutoscalerSpec
  status: AutoscalingV1HorizontalPodAutoscalerStatus
}

export interface AutoscalingV1HorizontalPodAutoscalerCondition {
  type: string
  status: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface AutoscalingV1HorizontalPodAutoscalerList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: AutoscalingV1HorizontalPodAutoscaler[]
}

export interface AutoscalingV1HorizontalPodAutoscalerSpec {
  scaleTargetRef: AutoscalingV1CrossVersionObjectReference
  minReplicas?: number
  maxReplicas: number
  targetCPUUtilizationPercentage?: number
}

export interface AutoscalingV1HorizontalPodAutoscalerStatus {
  observedGeneration?: number
  lastScaleTime?: Time
  currentReplicas: number
  desiredReplicas: number
  currentCPUUtilizationPercentage?: number
}

export interface AutoscalingV1MetricSpec {
  type: string
  object?: AutoscalingV1ObjectMetricSource
  pods?: AutoscalingV1PodsMetricSource
  resource?: AutoscalingV1ResourceMetricSource
  containerResource?: AutoscalingV1ContainerResourceMetricSource
  external?: AutoscalingV1ExternalMetricSource
}

export interface AutoscalingV1MetricStatus {
  type: string
  object?: AutoscalingV1ObjectMetricStatus
  pods?: AutoscalingV1PodsMetricStatus
  resource?: AutoscalingV1ResourceMetricStatus
  containerResource?: AutoscalingV1ContainerResourceMetricStatus
  external?: AutoscalingV1ExternalMetricStatus
}

export interface AutoscalingV1ObjectMetricSource {
  target: AutoscalingV1CrossVersionObjectReference
  metricName: string
  targetValue: Quantity
  selector?: LabelSelector
  averageValue?: Quantity
}

export interface AutoscalingV1ObjectMetricStatus {
  target: AutoscalingV1CrossVersionObjectReference
  metricName: string
  currentValue: Quantity
  selector?: LabelSelector
  averageValue?: Quantity
}

export interface AutoscalingV1PodsMetricSource {
  metricName: string
  targetAverageValue: Quantity
  selector?: LabelSelector
}

export interface AutoscalingV1PodsMetricStatus {
  metricName: string
  currentAverageValue: Quantity
  selector?: LabelSelector
}

export interface AutoscalingV1ResourceMetricSource {
  name: string
  targetAverageUtilization?: number
  targetAverageValue?: Quantity
}

export interface AutoscalingV1ResourceMetricStatus {
  name: string
  currentAverageUtilization?: number
  currentAverageValue: Quantity
}

export interface Scale extends Resource {
  kind: 'Scale'
  apiVersion: 'autoscaling/v1'
  spec: ScaleSpec
  status: ScaleStatus
}

export interface ScaleSpec {
  replicas?: number
}

export interface ScaleStatus {
  replicas: number
  selector?: string
}

export interface ContainerResourceMetricSource {
  name: string
  target: MetricTarget
  container: string
}

export interface ContainerResourceMetricStatus {
  name: string
  current: MetricValueStatus
  container: string
}

export interface CrossVersionObjectReference {
  kind: string
  name: string
  apiVersion?: string
}

export interface ExternalMetricSource {
  metric: MetricIdentifier
  target: MetricTarget
}

export interface ExternalMetricStatus {
  metric: MetricIdentifier
  current: MetricValueStatus
}

export interface HPAScalingPolicy {
  type: string
  value: number
  periodSeconds: number
}

export interface HPAScalingRules {
  stabilizationWindowSeconds?: number
  selectPolicy?: string
  policies?: HPAScalingPolicy[]
  tolerance?: Quantity
}

export interface HorizontalPodAutoscaler extends Resource {
  kind: 'HorizontalPodAutoscaler'
  apiVersion: 'autoscaling/v2'
  spec: HorizontalPodAutoscalerSpec
  status: HorizontalPodAutoscalerStatus
}

export interface HorizontalPodAutoscalerBehavior {
  scaleUp?: HPAScalingRules
  scaleDown?: HPAScalingRules
}

export interface HorizontalPodAutoscalerCondition {
  type: string
  status: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface HorizontalPodAutoscalerList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: HorizontalPodAutoscaler[]
}

export interface HorizontalPodAutoscalerSpec {
  scaleTargetRef: CrossVersionObjectReference
  minReplicas?: number
  maxReplicas: number
  metrics?: MetricSpec[]
  behavior?: HorizontalPodAutoscalerBehavior
}

export interface HorizontalPodAutoscalerStatus {
  observedGeneration?: number
  lastScaleTime?: Time
  currentReplicas?: number
  desiredReplicas: number
  currentMetrics: MetricStatus[] | null
  conditions?: HorizontalPodAutoscalerCondition[]
}

export interface MetricIdentifier {
  name: string
  selector?: LabelSelector
}

export interface MetricSpec {
  type: string
  object?: ObjectMetricSource
  pods?: PodsMetricSource
  resource?: ResourceMetricSource
  containerResource?: ContainerResourceMetricSource
  external?: ExternalMetricSource
}

export interface MetricStatus {
  type: string
  object?: ObjectMetricStatus
  pods?: PodsMetricStatus
  resource?: ResourceMetricStatus
  containerResource?: ContainerResourceMetricStatus
  external?: ExternalMetricStatus
}

export interface MetricTarget {
  type: string
  value?: Quantity
  averageValue?: Quantity
  averageUtilization?: number
}

export interface MetricValueStatus {
  value?: Quantity
  averageValue?: Quantity
  averageUtilization?: number
}

export interface ObjectMetricSource {
  describedObject: CrossVersionObjectReference
  target: MetricTarget
  metric: MetricIdentifier
}

export interface ObjectMetricStatus {
  metric: MetricIdentifier
  current: MetricValueStatus
  describedObject: CrossVersionObjectReference
}

export interface PodsMetricSource {
  metric: MetricIdentifier
  target: MetricTarget
}

export interface PodsMetricStatus {
  metric: MetricIdentifier
  current: MetricValueStatus
}

export interface ResourceMetricSource {
  name: string
  target: MetricTarget
}

export interface ResourceMetricStatus {
  name: string
  current: MetricValueStatus
}

export interface CronJob extends Resource {
  kind: 'CronJob'
  apiVersion: 'batch/v1'
  spec: CronJobSpec
  status: CronJobStatus
}

export interface CronJobList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: CronJob[]
}

export interface CronJobSpec {
  schedule: string
  timeZone?: string
  startingDeadlineSeconds?: number
  concurrencyPolicy?: string
  suspend?: boolean
  jobTemplate: JobTemplateSpec
  successfulJobsHistoryLimit?: number
  failedJobsHistoryLimit?: number
}

export interface CronJobStatus {
  active?: ObjectReference[]
  lastScheduleTime?: Time
  lastSuccessfulTime?: Time
}

export interface Job extends Resource {
  kind: 'Job'
  apiVersion: 'batch/v1'
  spec: JobSpec
  status: JobStatus
}

export interface JobCondition {
  type: string
  status: string
  lastProbeTime: Time | null
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface JobList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Job[]
}

export interface JobSpec {
  parallelism?: number
  completions?: number
  activeDeadlineSeconds?: number
  podFailurePolicy?: PodFailurePolicy
  successPolicy?: SuccessPolicy
  backoffLimit?: number
  backoffLimitPerIndex?: number
  maxFailedIndexes?: number
  selector?: LabelSelector
  manualSelector?: boolean
  template: PodTemplateSpec
  ttlSecondsAfterFinished?: number
  completionMode?: string
  suspend?: boolean
  podReplacementPolicy?: string
  managedBy?: string
}

export interface JobStatus {
  conditions?: JobCondition[]
  startTime?: Time
  completionTime?: Time
  active?: number
  succeeded?: number
  failed?: number
  terminating?: number
  completedIndexes?: string
  failedIndexes?: string
  uncountedTerminatedPods?: UncountedTerminatedPods
  ready?: number
}

export interface JobTemplateSpec {
  metadata: TemplateMeta
  spec: JobSpec
}

export interface PodFailurePolicy {
  rules: PodFailurePolicyRule[]
}

export interface PodFailurePolicyOnExitCodesRequirement {
  containerName?: string
  operator: string
  values: number[]
}

export interface PodFailurePolicyOnPodConditionsPattern {
  type: string
  status: string
}

export interface PodFailurePolicyRule {
  action: string
  onExitCodes?: PodFailurePolicyOnExitCodesRequirement
  onPodConditions?: PodFailurePolicyOnPodConditionsPattern[]
}

export interface SuccessPolicy {
  rules: SuccessPolicyRule[]
}

export interface SuccessPolicyRule {
  succeededIndexes?: string
  succeededCount?: number
}

export interface UncountedTerminatedPods {
  succeeded?: string[]
  failed?: string[]
}

export interface CertificateSigningRequest extends Resource {
  kind: 'CertificateSigningRequest'
  apiVersion: 'certificates.k8s.io/v1'
  spec: CertificateSigningRequestSpec
  status: CertificateSigningRequestStatus
}

export interface CertificateSigningRequestCondition {
  type: string
  status: string
  reason?: string
  message?: string
  lastUpdateTime: Time | null
  lastTransitionTime: Time | null
}

export interface CertificateSigningRequestList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: CertificateSigningRequest[]
}

export interface CertificateSigningRequestSpec {
  request: string | null
  signerName: string
  expirationSeconds?: number
  usages?: string[]
  username?: string
  uid?: string
  groups?: string[]
  extra?: Record<string, string[]>
}

export interface CertificateSigningRequestStatus {
  conditions?: CertificateSigningRequestCondition[]
  certificate?: string
}

export type CertificatesExtraValue = string[]

export interface Lease extends Resource {
  kind: 'Lease'
  apiVersion: 'coordination.k8s.io/v1'
  spec: LeaseSpec
}

export interface LeaseList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Lease[]
}

export interface LeaseSpec {
  holderIdentity?: string
  leaseDurationSeconds?: number
  acquireTime?: MicroTime
  renewTime?: MicroTime
  leaseTransitions?: number
  strategy?: string
  preferredHolder?: string
}

export interface AWSElasticBlockStoreVolumeSource {
  volumeID: string
  fsType?: string
  partition?: number
  readOnly?: boolean
}

export interface Affinity {
  nodeAffinity?: NodeAffinity
  podAffinity?: PodAffinity
  podAntiAffinity?: PodAntiAffinity
}

export interface AppArmorProfile {
  type: string
  localhostProfile?: string
}

export interface AttachedVolume {
  name: string
  devicePath: string
}

export interface AvoidPods {
  preferAvoidPods?: PreferAvoidPodsEntry[]
}

export interface AzureDiskVolumeSource {
  diskName: string
  diskURI: string
  cachingMode?: string
  fsType?: string
  readOnly?: boolean
  kind?: string
}

export interface AzureFilePersistentVolumeSource {
  secretName: string
  shareName: string
  readOnly?: boolean
  secretNamespace: string | null
}

export interface AzureFileVolumeSource {
  secretName: string
  shareName: string
  readOnly?: boolean
}

export interface Binding extends Resource {
  kind: 'Binding'
  apiVersion: 'v1'
  target: ObjectReference
}

export interface CSIPersistentVolumeSource {
  driver: string
  volumeHandle: string
  readOnly?: boolean
  fsType?: string
  volumeAttributes?: Record<string, string>
  controllerPublishSecretRef?: SecretReference
  nodeStageSecretRef?: SecretReference
  nodePublishSecretRef?: SecretReference
  controllerExpandSecretRef?: SecretReference
  nodeExpandSecretRef?: SecretReference
}

export interface CSIVolumeSource {
  driver: string
  readOnly?: boolean
  fsType?: string
  volumeAttributes?: Record<string, string>
  nodePublishSecretRef?: LocalObjectReference
}

export interface Capabilities {
  add?: string[]
  drop?: string[]
}

export interface CephFSPersistentVolumeSource {
  monitors: string[]
  path?: string
  user?: string
  secretFile?: string
  secretRef?: SecretReference
  readOnly?: boolean
}

export interface CephFSVolumeSource {
  monitors: string[]
  path?: string
  user?: string
  secretFile?: string
  secretRef?: LocalObjectReference
  readOnly?: boolean
}

export interface CinderPersistentVolumeSource {
  volumeID: string
  fsType?: string
  readOnly?: boolean
  secretRef?: SecretReference
}

export interface CinderVolumeSource {
  volumeID: string
  fsType?: string
  readOnly?: boolean
  secretRef?: LocalObjectReference
}

export interface ClientIPConfig {
  timeoutSeconds?: number
}

export interface ClusterTrustBundleProjection {
  name?: string
  signerName?: string
  labelSelector?: LabelSelector
  optional?: boolean
  path: string
}

export interface ComponentCondition {
  type: string
  status: string
  message?: string
  error?: string
}

export interface ComponentStatus extends Resource {
  kind: 'ComponentStatus'
  apiVersion: 'v1'
  conditions?: ComponentCondition[]
}

export interface ComponentStatusList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ComponentStatus[]
}

export interface ConfigMap extends Resource {
  kind: 'ConfigMap'
  apiVersion: 'v1'
  immutable?: boolean
  data?: Record<string, string>
  binaryData?: Record<string, string>
}

export interface ConfigMapEnvSource {
  name?: string
  optional?: boolean
}

export interface ConfigMapKeySelector {
  name?: string
  key: string
  optional?: boolean
}

export interface ConfigMapList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ConfigMap[]
}

export interface ConfigMapNodeConfigSource {
  namespace: string
  name: string
  uid?: string
  resourceVersion?: string
  kubeletConfigKey: string
}

export interface ConfigMapProjection {
  name?: string
  items?: KeyToPath[]
  optional?: boolean
}

export interface ConfigMapVolumeSource {
  name?: string
  items?: KeyToPath[]
  defaultMode?: number
  optional?: boolean
}

export interface Container {
  name: string
  image?: string
  command?: string[]
  args?: string[]
  workingDir?: string
  ports?: ContainerPort[]
  envFrom?: EnvFromSource[]
  env?: EnvVar[]
  resources: ResourceRequirements
  resizePolicy?: ContainerResizePolicy[]
  restartPolicy?: string
  restartPolicyRules?: ContainerRestartRule[]
  volumeMounts?: VolumeMount[]
  volumeDevices?: VolumeDevice[]
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  lifecycle?: Lifecycle
  terminationMessagePath?: string
  terminationMessagePolicy?: string
  imagePullPolicy?: string
  securityContext?: SecurityContext
  stdin?: boolean
  stdinOnce?: boolean
  tty?: boolean
}

export interface ContainerExtendedResourceRequest {
  containerName: string
  resourceName: string
  requestName: string
}

export interface ContainerImage {
  names: string[] | null
  sizeBytes?: number
}

export interface ContainerPort {
  name?: string
  hostPort?: number
  containerPort: number
  protocol?: string
  hostIP?: string
}

export interface ContainerResizePolicy {
  resourceName: string
  restartPolicy: string
}

export interface ContainerRestartRule {
  action: string
  exitCodes?: ContainerRestartRuleOnExitCodes
}

export interface ContainerRestartRuleOnExitCodes {
  operator: string
  values?: number[]
}

export interface ContainerState {
  waiting?: ContainerStateWaiting
  running?: ContainerStateRunning
  terminated?: ContainerStateTerminated
}

export interface ContainerStateRunning {
  startedAt: Time | null
}

export interface ContainerStateTerminated {
  exitCode: number
  signal?: number
  reason?: string
  message?: string
  startedAt: Time | null
  finishedAt: Time | null
  containerID?: string
}

export interface ContainerStateWaiting {
  reason?: string
  message?: string
}

export interface ContainerStatus {
  name: string
  state: ContainerState
  lastState: ContainerState
  ready: boolean
  restartCount: number
  image: string
  imageID: string
  containerID?: string
  started?: boolean
  allocatedResources?: Record<string, Quantity>
  resources?: ResourceRequirements
  volumeMounts?: VolumeMountStatus[]
  user?: ContainerUser
  allocatedResourcesStatus?: ResourceStatus[]
  stopSignal?: string
}

export interface ContainerUser {
  linux?: LinuxContainerUser
}

export interface DaemonEndpoint {
  Port: number
}

export interface DownwardAPIProjection {
  items?: DownwardAPIVolumeFile[]
}

export interface DownwardAPIVolumeFile {
  path: string
  fieldRef?: ObjectFieldSelector
  resourceFieldRef?: ResourceFieldSelector
  mode?: number
}

export interface DownwardAPIVolumeSource {
  items?: DownwardAPIVolumeFile[]
  defaultMode?: number
}

export interface EmptyDirVolumeSource {
  medium?: string
  sizeLimit?: Quantity
}

export interface EndpointAddress {
  ip: string
  hostname?: string
  nodeName?: string
  targetRef?: ObjectReference
}

export interface EndpointPort {
  name?: string
  port: number
  protocol?: string
  appProtocol?: string
}

export interface EndpointSubset {
  addresses?: EndpointAddress[]
  notReadyAddresses?: EndpointAddress[]
  ports?: EndpointPort[]
}

export interface Endpoints extends Resource {
  kind: 'Endpoints'
  apiVersion: 'v1'
  subsets?: EndpointSubset[]
}

export interface EndpointsList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Endpoints[]
}

export interface EnvFromSource {
  prefix?: string
  configMapRef?: ConfigMapEnvSource
  secretRef?: SecretEnvSource
}

export interface EnvVar {
  name: string
  value?: string
  valueFrom?: EnvVarSource
}

export interface EnvVarSource {
  fieldRef?: ObjectFieldSelector
  resourceFieldRef?: ResourceFieldSelector
  configMapKeyRef?: ConfigMapKeySelector
  secretKeyRef?: SecretKeySelector
  fileKeyRef?: FileKeySelector
}

export interface EphemeralContainer {
  name: string
  image?: string
  command?: string[]
  args?: string[]
  workingDir?: string
  ports?: ContainerPort[]
  envFrom?: EnvFromSource[]
  env?: EnvVar[]
  resources: ResourceRequirements
  resizePolicy?: ContainerResizePolicy[]
  restartPolicy?: string
  restartPolicyRules?: ContainerRestartRule[]
  volumeMounts?: VolumeMount[]
  volumeDevices?: VolumeDevice[]
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  lifecycle?: Lifecycle
  terminationMessagePath?: string
  terminationMessagePolicy?: string
  imagePullPolicy?: string
  securityContext?: SecurityContext
  stdin?: boolean
  stdinOnce?: boolean
  tty?: boolean
  targetContainerName?: string
}

export interface EphemeralContainerCommon {
  name: string
  image?: string
  command?: string[]
  args?: string[]
  workingDir?: string
  ports?: ContainerPort[]
  envFrom?: EnvFromSource[]
  env?: EnvVar[]
  resources: ResourceRequirements
  resizePolicy?: ContainerResizePolicy[]
  restartPolicy?: string
  restartPolicyRules?: ContainerRestartRule[]
  volumeMounts?: VolumeMount[]
  volumeDevices?: VolumeDevice[]
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  lifecycle?: Lifecycle
  terminationMessagePath?: string
  terminationMessagePolicy?: string
  imagePullPolicy?: string
  securityContext?: SecurityContext
  stdin?: boolean
  stdinOnce?: boolean
  tty?: boolean
}

export interface EphemeralVolumeSource {
  volumeClaimTemplate?: PersistentVolumeClaimTemplate
}

export interface Event extends Resource {
  kind: 'Event'
  apiVersion: 'v1'
  involvedObject: ObjectReference
  reason?: string
  message?: string
  source: EventSource
  firstTimestamp: Time | null
  lastTimestamp: Time | null
  count?: number
  type?: string
  eventTime: MicroTime | null
  series?: EventSeries
  action?: string
  related?: ObjectReference
  reportingComponent: string
  reportingInstance: string
}

export interface EventList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Event[]
}

export interface EventSeries {
  count?: number
  lastObservedTime: MicroTime | null
}

export interface EventSource {
  component?: string
  host?: string
}

export interface ExecAction {
  command?: string[]
}

export interface FCVolumeSource {
  targetWWNs?: string[]
  lun?: number
  fsType?: string
  readOnly?: boolean
  wwids?: string[]
}

export interface FileKeySelector {
  volumeName: string
  path: string
  key: string
  optional?: boolean
}

export interface FlexPersistentVolumeSource {
  driver: string
  fsType?: string
  secretRef?: SecretReference
  readOnly?: boolean
  options?: Record<string, string>
}

export interface FlexVolumeSource {
  driver: string
  fsType?: string
  secretRef?: LocalObjectReference
  readOnly?: boolean
  options?: Record<string, string>
}

export interface FlockerVolumeSource {
  datasetName?: string
  datasetUUID?: string
}

export interface GCEPersistentDiskVolumeSource {
  pdName: string
  fsType?: string
  partition?: number
  readOnly?: boolean
}

export interface GRPCAction {
  port: number
  service: string | null
}

export interface GitRepoVolumeSource {
  repository: string
  revision?: string
  directory?: string
}

export interface GlusterfsPersistentVolumeSource {
  endpoints: string
  path: string
  readOnly?: boolean
  endpointsNamespace?: string
}

export interface GlusterfsVolumeSource {
  endpoints: string
  path: string
  readOnly?: boolean
}

export interface HTTPGetAction {
  path?: string
  port: IntOrString
  host?: string
  scheme?: string
  httpHeaders?: HTTPHeader[]
}

export interface HTTPHeader {
  name: string
  value: string
}

export interface HostAlias {
  ip: string
  hostnames?: string[]
}

export interface HostIP {
  ip: string
}

export interface HostPathVolumeSource {
  path: string
  type?: string
}

export interface ISCSIPersistentVolumeSource {
  targetPortal: string
  iqn: string
  lun: number
  iscsiInterface?: string
  fsType?: string
  readOnly?: boolean
  portals?: string[]
  chapAuthDiscovery?: boolean
  chapAuthSession?: boolean
  secretRef?: SecretReference
  initiatorName?: string
}

export interface ISCSIVolumeSource {
  targetPortal: string
  iqn: string
  lun: number
  iscsiInterface?: string
  fsType?: string
  readOnly?: boolean
  portals?: string[]
  chapAuthDiscovery?: boolean
  chapAuthSession?: boolean
  secretRef?: LocalObjectReference
  initiatorName?: string
}

export interface ImageVolumeSource {
  reference?: string
  pullPolicy?: string
}

export interface ImageVolumeStatus {
  imageRef: string
}

export interface KeyToPath {
  key: string
  path: string
  mode?: number
}

export interface Lifecycle {
  postStart?: LifecycleHandler
  preStop?: LifecycleHandler
  stopSignal?: string
}

export interface LifecycleHandler {
  exec?: ExecAction
  httpGet?: HTTPGetAction
  tcpSocket?: TCPSocketAction
  sleep?: SleepAction
}

export interface LimitRange extends Resource {
  kind: 'LimitRange'
  apiVersion: 'v1'
  spec: LimitRangeSpec
}

export interface LimitRangeItem {
  type: string
  max?: Record<string, Quantity>
  min?: Record<string, Quantity>
  default?: Record<string, Quantity>
  defaultRequest?: Record<string, Quantity>
  maxLimitRequestRatio?: Record<string, Quantity>
}

export interface LimitRangeList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: LimitRange[]
}

export interface LimitRangeSpec {
  limits: LimitRangeItem[]
}

export interface LinuxContainerUser {
  uid: number
  gid: number
  supplementalGroups?: number[]
}

export interface List {
  apiVersion?: string
  items: JsonObject[]
  kind?: string
  metadata?: ListMeta
}

export interface LoadBalancerIngress {
  ip?: string
  hostname?: string
  ipMode?: string
  ports?: PortStatus[]
}

export interface LoadBalancerStatus {
  ingress?: LoadBalancerIngress[]
}

export interface LocalObjectReference {
  name?: string
}

export interface LocalVolumeSource {
  path: string
  fsType?: string
}

export interface ModifyVolumeStatus {
  targetVolumeAttributesClassName?: string
  status: string
}

export interface NFSVolumeSource {
  server: string
  path: string
  readOnly?: boolean
}

export interface Namespace extends Resource {
  kind: 'Namespace'
  apiVersion: 'v1'
  spec: NamespaceSpec
  status: NamespaceStatus
}

export interface NamespaceCondition {
  type: string
  status: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface NamespaceList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Namespace[]
}

export interface NamespaceSpec {
  finalizers?: string[]
}

export interface NamespaceStatus {
  phase?: string
  conditions?: NamespaceCondition[]
}

export interface Node extends Resource {
  kind: 'Node'
  apiVersion: 'v1'
  spec: NodeSpec
  status: NodeStatus
}

export interface NodeAddress {
  type: string
  address: string
}

export interface NodeAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution?: PreferredSchedulingTerm[]
}

export interface NodeAllocatableResourceClaimStatus {
  resourceClaimName: string
  containers?: string[]
  resources: Record<string, Quantity> | null
}

export interface NodeCondition {
  type: string
  status: string
  lastHeartbeatTime: Time | null
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface NodeConfigSource {
  configMap?: ConfigMapNodeConfigSource
}

export interface NodeConfigStatus {
  assigned?: NodeConfigSource
  active?: NodeConfigSource
  lastKnownGood?: NodeConfigSource
  error?: string
}

export interface NodeDaemonEndpoints {
  kubeletEndpoint: DaemonEndpoint
}

export interface NodeFeatures {
  supplementalGroupsPolicy?: boolean
}

export interface NodeList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Node[]
}

export interface NodeProxyOptions {
  kind: 'NodeProxyOptions'
  apiVersion: 'v1'
  path?: string
}

export interface NodeRuntimeHandler {
  name: string
  features?: NodeRuntimeHandlerFeatures
}

export interface NodeRuntimeHandlerFeatures {
  recursiveReadOnlyMounts?: boolean
  userNamespaces?: boolean
}

export interface NodeSelector {
  nodeSelectorTerms: NodeSelectorTerm[]
}

export interface NodeSelectorRequirement {
  key: string
  operator: string
  values?: string[]
}

export interface NodeSelectorTerm {
  matchExpressions?: NodeSelectorRequirement[]
  matchFields?: NodeSelectorRequirement[]
}

export interface NodeSpec {
  podCIDR?: string
  podCIDRs?: string[]
  providerID?: string
  unschedulable?: boolean
  taints?: Taint[]
  configSource?: NodeConfigSource
  externalID?: string
}

export interface NodeStatus {
  capacity?: Record<string, Quantity>
  allocatable?: Record<string, Quantity>
  phase?: string
  conditions?: NodeCondition[]
  addresses?: NodeAddress[]
  daemonEndpoints: NodeDaemonEndpoints
  nodeInfo: NodeSystemInfo
  images?: ContainerImage[]
  volumesInUse?: string[]
  volumesAttached?: AttachedVolume[]
  config?: NodeConfigStatus
  runtimeHandlers?: NodeRuntimeHandler[]
  features?: NodeFeatures
  declaredFeatures?: string[]
}

export interface NodeSwapStatus {
  capacity?: number
}

export interface NodeSystemInfo {
  machineID: string
  systemUUID: string
  bootID: string
  kernelVersion: string
  osImage: string
  containerRuntimeVersion: string
  kubeletVersion: string
  kubeProxyVersion: string
  operatingSystem: string
  architecture: string
  swap?: NodeSwapStatus
}

export interface ObjectFieldSelector {
  apiVersion?: string
  fieldPath: string
}

export interface ObjectReference {
  kind?: string
  namespace?: string
  name?: string
  uid?: string
  apiVersion?: string
  resourceVersion?: string
  fieldPath?: string
}

export interface PersistentVolume extends Resource {
  kind: 'PersistentVolume'
  apiVersion: 'v1'
  spec: PersistentVolumeSpec
  status: PersistentVolumeStatus
}

export interface PersistentVolumeClaim extends Resource {
  kind: 'PersistentVolumeClaim'
  apiVersion: 'v1'
  spec: PersistentVolumeClaimSpec
  status: PersistentVolumeClaimStatus
}

export interface PersistentVolumeClaimCondition {
  type: string
  status: string
  lastProbeTime: Time | null
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface PersistentVolumeClaimList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: PersistentVolumeClaim[]
}

export interface PersistentVolumeClaimSpec {
  accessModes?: string[]
  selector?: LabelSelector
  resources: VolumeResourceRequirements
  volumeName?: string
  storageClassName?: string
  volumeMode?: string
  dataSource?: TypedLocalObjectReference
  dataSourceRef?: TypedObjectReference
  volumeAttributesClassName?: string
}

export interface PersistentVolumeClaimStatus {
  phase?: string
  accessModes?: string[]
  capacity?: Record<string, Quantity>
  conditions?: PersistentVolumeClaimCondition[]
  allocatedResources?: Record<string, Quantity>
  allocatedResourceStatuses?: Record<string, string>
  currentVolumeAttributesClassName?: string
  modifyVolumeStatus?: ModifyVolumeStatus
}

export interface PersistentVolumeClaimTemplate {
  metadata: TemplateMeta
  spec: PersistentVolumeClaimSpec
}

export interface PersistentVolumeClaimVolumeSource {
  claimName: string
  readOnly?: boolean
}

export interface PersistentVolumeList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: PersistentVolume[]
}

export interface PersistentVolumeSource {
  gcePersistentDisk?: GCEPersistentDiskVolumeSource
  awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource
  hostPath?: HostPathVolumeSource
  glusterfs?: GlusterfsPersistentVolumeSource
  nfs?: NFSVolumeSource
  rbd?: RBDPersistentVolumeSource
  iscsi?: ISCSIPersistentVolumeSource
  cinder?: CinderPersistentVolumeSource
  cephfs?: CephFSPersistentVolumeSource
  fc?: FCVolumeSource
  flocker?: FlockerVolumeSource
  flexVolume?: FlexPersistentVolumeSource
  azureFile?: AzureFilePersistentVolumeSource
  vsphereVolume?: VsphereVirtualDiskVolumeSource
  quobyte?: QuobyteVolumeSource
  azureDisk?: AzureDiskVolumeSource
  photonPersistentDisk?: PhotonPersistentDiskVolumeSource
  portworxVolume?: PortworxVolumeSource
  scaleIO?: ScaleIOPersistentVolumeSource
  local?: LocalVolumeSource
  storageos?: StorageOSPersistentVolumeSource
  csi?: CSIPersistentVolumeSource
}

export interface PersistentVolumeSpec {
  capacity?: Record<string, Quantity>
  gcePersistentDisk?: GCEPersistentDiskVolumeSource
  awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource
  hostPath?: HostPathVolumeSource
  glusterfs?: GlusterfsPersistentVolumeSource
  nfs?: NFSVolumeSource
  rbd?: RBDPersistentVolumeSource
  iscsi?: ISCSIPersistentVolumeSource
  cinder?: CinderPersistentVolumeSource
  cephfs?: CephFSPersistentVolumeSource
  fc?: FCVolumeSource
  flocker?: FlockerVolumeSource
  flexVolume?: FlexPersistentVolumeSource
  azureFile?: AzureFilePersistentVolumeSource
  vsphereVolume?: VsphereVirtualDiskVolumeSource
  quobyte?: QuobyteVolumeSource
  azureDisk?: AzureDiskVolumeSource
  photonPersistentDisk?: PhotonPersistentDiskVolumeSource
  portworxVolume?: PortworxVolumeSource
  scaleIO?: ScaleIOPersistentVolumeSource
  local?: LocalVolumeSource
  storageos?: StorageOSPersistentVolumeSource
  csi?: CSIPersistentVolumeSource
  accessModes?: string[]
  claimRef?: ObjectReference
  persistentVolumeReclaimPolicy?: string
  storageClassName?: string
  mountOptions?: string[]
  volumeMode?: string
  nodeAffinity?: VolumeNodeAffinity
  volumeAttributesClassName?: string
}

export interface PersistentVolumeStatus {
  phase?: string
  message?: string
  reason?: string
  lastPhaseTransitionTime?: Time
}

export interface PhotonPersistentDiskVolumeSource {
  pdID: string
  fsType?: string
}

export interface Pod extends Resource {
  kind: 'Pod'
  apiVersion: 'v1'
  spec: PodSpec
  status: PodStatus
}

export interface PodAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[]
  preferredDuringSchedulingIgnoredDuringExecution?: WeightedPodAffinityTerm[]
}

export interface PodAffinityTerm {
  labelSelector?: LabelSelector
  namespaces?: string[]
  topologyKey: string
  namespaceSelector?: LabelSelector
  matchLabelKeys?: string[]
  mismatchLabelKeys?: string[]
}

export interface PodAntiAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[]
  preferredDuringSchedulingIgnoredDuringExecution?: WeightedPodAffinityTerm[]
}

export interface PodAttachOptions {
  kind: 'PodAttachOptions'
  apiVersion: 'v1'
  stdin?: boolean
  stdout?: boolean
  stderr?: boolean
  tty?: boolean
  container?: string
}

export interface PodCertificateProjection {
  signerName: string
  keyType: string
  maxExpirationSeconds?: number
  credentialBundlePath?: string
  keyPath?: string
  certificateChainPath?: string
  userAnnotations?: Record<string, string>
}

export interface PodCondition {
  type: string
  observedGeneration?: number
  status: string
  lastProbeTime: Time | null
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface PodDNSConfig {
  nameservers?: string[]
  searches?: string[]
  options?: PodDNSConfigOption[]
}

export interface PodDNSConfigOption {
  name?: string
  value?: string
}

export interface PodExecOptions {
  kind: 'PodExecOptions'
  apiVersion: 'v1'
  stdin?: boolean
  stdout?: boolean
  stderr?: boolean
  tty?: boolean
  container?: string
  command: string[]
}

export interface PodExtendedResourceClaimStatus {
  requestMappings: ContainerExtendedResourceRequest[]
  resourceClaimName: string
}

export interface PodIP {
  ip: string
}

export interface PodList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Pod[]
}

export interface PodLogOptions {
  kind?: string
  apiVersion?: string
  container?: string
  follow?: boolean
  previous?: boolean
  sinceSeconds?: number
  sinceTime?: Time
  timestamps?: boolean
  tailLines?: number
  limitBytes?: number
  insecureSkipTLSVerifyBackend?: boolean
  stream?: string
}

export interface PodOS {
  name: string
}

export interface PodPortForwardOptions {
  kind: 'PodPortForwardOptions'
  apiVersion: 'v1'
  ports?: number[]
}

export interface PodProxyOptions {
  kind: 'PodProxyOptions'
  apiVersion: 'v1'
  path?: string
}

export interface PodReadinessGate {
  conditionType: string
}

export interface PodResourceClaim {
  name: string
  resourceClaimName?: string
  resourceClaimTemplateName?: string
}

export interface PodResourceClaimStatus {
  name: string
  resourceClaimName?: string
}

export interface PodSchedulingGate {
  name: string
}

export interface PodSchedulingGroup {
  podGroupName?: string
}

export interface PodSecurityContext {
  seLinuxOptions?: SELinuxOptions
  windowsOptions?: WindowsSecurityContextOptions
  runAsUser?: number
  runAsGroup?: number
  runAsNonRoot?: boolean
  supplementalGroups?: number[]
  supplementalGroupsPolicy?: string
  fsGroup?: number
  sysctls?: Sysctl[]
  fsGroupChangePolicy?: string
  seccompProfile?: SeccompProfile
  appArmorProfile?: AppArmorProfile
  seLinuxChangePolicy?: string
}

export interface PodSignature {
  podController?: OwnerReference
}

export interface PodSpec {
  volumes?: Volume[]
  initContainers?: Container[]
  containers: Container[]
  ephemeralContainers?: EphemeralContainer[]
  restartPolicy?: string
  terminationGracePeriodSeconds?: number
  activeDeadlineSeconds?: number
  dnsPolicy?: string
  nodeSelector?: Record<string, string>
  serviceAccountName?: string
  serviceAccount?: string
  automountServiceAccountToken?: boolean
  nodeName?: string
  hostNetwork?: boolean
  hostPID?: boolean
  hostIPC?: boolean
  shareProcessNamespace?: boolean
  securityContext?: PodSecurityContext
  imagePullSecrets?: LocalObjectReference[]
  hostname?: string
  subdomain?: string
  affinity?: Affinity
  schedulerName?: string
  tolerations?: Toleration[]
  hostAliases?: HostAlias[]
  priorityClassName?: string
  priority?: number
  dnsConfig?: PodDNSConfig
  readinessGates?: PodReadinessGate[]
  runtimeClassName?: string
  enableServiceLinks?: boolean
  preemptionPolicy?: string
  overhead?: Record<string, Quantity>
  topologySpreadConstraints?: TopologySpreadConstraint[]
  setHostnameAsFQDN?: boolean
  os?: PodOS
  hostUsers?: boolean
  schedulingGates?: PodSchedulingGate[]
  resourceClaims?: PodResourceClaim[]
  resources?: ResourceRequirements
  hostnameOverride?: string
  schedulingGroup?: PodSchedulingGroup
}

export interface PodStatus {
  observedGeneration?: number
  phase?: string
  conditions?: PodCondition[]
  message?: string
  reason?: string
  nominatedNodeName?: string
  hostIP?: string
  hostIPs?: HostIP[]
  podIP?: string
  podIPs?: PodIP[]
  startTime?: Time
  initContainerStatuses?: ContainerStatus[]
  containerStatuses?: ContainerStatus[]
  qosClass?: string
  ephemeralContainerStatuses?: ContainerStatus[]
  resize?: string
  resourceClaimStatuses?: PodResourceClaimStatus[]
  extendedResourceClaimStatus?: PodExtendedResourceClaimStatus
  allocatedResources?: Record<string, Quantity>
  resources?: ResourceRequirements
  nodeAllocatableResourceClaimStatuses?: NodeAllocatableResourceClaimStatus[]
}

export interface PodStatusResult {
  kind?: string
  apiVersion?: string
  metadata: TemplateMeta
  status: PodStatus
}

export interface PodTemplate extends Resource {
  kind: 'PodTemplate'
  apiVersion: 'v1'
  template: PodTemplateSpec
}

export interface PodTemplateList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: PodTemplate[]
}

export interface PodTemplateSpec {
  metadata: TemplateMeta
  spec: PodSpec
}

export interface PortStatus {
  port: number
  protocol: string
  error?: string
}

export interface PortworxVolumeSource {
  volumeID: string
  fsType?: string
  readOnly?: boolean
}

export interface Preconditions {
  uid?: JsonObject
}

export interface PreferAvoidPodsEntry {
  podSignature: PodSignature
  evictionTime: Time | null
  reason?: string
  message?: string
}

export interface PreferredSchedulingTerm {
  weight: number
  preference: NodeSelectorTerm
}

export interface Probe {
  exec?: ExecAction
  httpGet?: HTTPGetAction
  tcpSocket?: TCPSocketAction
  grpc?: GRPCAction
  initialDelaySeconds?: number
  timeoutSeconds?: number
  periodSeconds?: number
  successThreshold?: number
  failureThreshold?: number
  terminationGracePeriodSeconds?: number
}

export interface ProbeHandler {
  exec?: ExecAction
  httpGet?: HTTPGetAction
  tcpSocket?: TCPSocketAction
  grpc?: GRPCAction
}

export interface ProjectedVolumeSource {
  sources: VolumeProjection[] | null
  defaultMode?: number
}

export interface QuobyteVolumeSource {
  registry: string
  volume: string
  readOnly?: boolean
  user?: string
  group?: string
  tenant?: string
}

export interface RBDPersistentVolumeSource {
  monitors: string[]
  image: string
  fsType?: string
  pool?: string
  user?: string
  keyring?: string
  secretRef?: SecretReference
  readOnly?: boolean
}

export interface RBDVolumeSource {
  monitors: string[]
  image: string
  fsType?: string
  pool?: string
  user?: string
  keyring?: string
  secretRef?: LocalObjectReference
  readOnly?: boolean
}

export interface RangeAllocation {
  kind?: string
  apiVersion?: string
  metadata: TemplateMeta
  range: string
  data: string | null
}

export interface ReplicationController extends Resource {
  kind: 'ReplicationController'
  apiVersion: 'v1'
  spec: ReplicationControllerSpec
  status: ReplicationControllerStatus
}

export interface ReplicationControllerCondition {
  type: string
  status: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface ReplicationControllerList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ReplicationController[]
}

export interface ReplicationControllerSpec {
  replicas?: number
  minReadySeconds?: number
  selector?: Record<string, string>
  template?: PodTemplateSpec
}

export interface ReplicationControllerStatus {
  replicas: number
  fullyLabeledReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  observedGeneration?: number
  conditions?: ReplicationControllerCondition[]
}

export interface ResourceClaim {
  name: string
  request?: string
}

export interface ResourceFieldSelector {
  containerName?: string
  resource: string
  divisor: Quantity
}

export interface ResourceHealth {
  resourceID: string
  health?: string
  message?: string
}

export interface ResourceQuota extends Resource {
  kind: 'ResourceQuota'
  apiVersion: 'v1'
  spec: ResourceQuotaSpec
  status: ResourceQuotaStatus
}

export interface ResourceQuotaList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ResourceQuota[]
}

export interface ResourceQuotaSpec {
  hard?: Record<string, Quantity>
  scopes?: string[]
  scopeSelector?: ScopeSelector
}

export interface ResourceQuotaStatus {
  hard?: Record<string, Quantity>
  used?: Record<string, Quantity>
}

export interface ResourceRequirements {
  limits?: Record<string, Quantity>
  requests?: Record<string, Quantity>
  claims?: ResourceClaim[]
}

export interface ResourceStatus {
  name: string
  resources?: ResourceHealth[]
}

export interface SELinuxOptions {
  user?: string
  role?: string
  type?: string
  level?: string
}

export interface ScaleIOPersistentVolumeSource {
  gateway: string
  system: string
  secretRef: SecretReference | null
  sslEnabled?: boolean
  protectionDomain?: string
  storagePool?: string
  storageMode?: string
  volumeName?: string
  fsType?: string
  readOnly?: boolean
}

export interface ScaleIOVolumeSource {
  gateway: string
  system: string
  secretRef: LocalObjectReference | null
  sslEnabled?: boolean
  protectionDomain?: string
  storagePool?: string
  storageMode?: string
  volumeName?: string
  fsType?: string
  readOnly?: boolean
}

export interface ScopeSelector {
  matchExpressions?: ScopedResourceSelectorRequirement[]
}

export interface ScopedResourceSelectorRequirement {
  scopeName: string
  operator: string
  values?: string[]
}

export interface SeccompProfile {
  type: string
  localhostProfile?: string
}

export interface Secret extends Resource {
  kind: 'Secret'
  apiVersion: 'v1'
  immutable?: boolean
  data?: Record<string, string>
  stringData?: Record<string, string>
  type?: string
}

export interface SecretEnvSource {
  name?: string
  optional?: boolean
}

export interface SecretKeySelector {
  name?: string
  key: string
  optional?: boolean
}

export interface SecretList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Secret[]
}

export interface SecretProjection {
  name?: string
  items?: KeyToPath[]
  optional?: boolean
}

export interface SecretReference {
  name?: string
  namespace?: string
}

export interface SecretVolumeSource {
  secretName?: string
  items?: KeyToPath[]
  defaultMode?: number
  optional?: boolean
}

export interface SecurityContext {
  capabilities?: Capabilities
  privileged?: boolean
  seLinuxOptions?: SELinuxOptions
  windowsOptions?: WindowsSecurityContextOptions
  runAsUser?: number
  runAsGroup?: number
  runAsNonRoot?: boolean
  readOnlyRootFilesystem?: boolean
  allowPrivilegeEscalation?: boolean
  procMount?: string
  seccompProfile?: SeccompProfile
  appArmorProfile?: AppArmorProfile
}

export interface SerializedReference {
  kind?: string
  apiVersion?: string
  reference: ObjectReference
}

export interface Service extends Resource {
  kind: 'Service'
  apiVersion: 'v1'
  spec: ServiceSpec
  status: ServiceStatus
}

export interface ServiceAccount extends Resource {
  kind: 'ServiceAccount'
  apiVersion: 'v1'
  secrets?: ObjectReference[]
  imagePullSecrets?: LocalObjectReference[]
  automountServiceAccountToken?: boolean
}

export interface ServiceAccountList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ServiceAccount[]
}

export interface ServiceAccountTokenProjection {
  audience?: string
  expirationSeconds?: number
  path: string
}

export interface ServiceList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Service[]
}

export interface ServicePort {
  name?: string
  protocol?: string
  appProtocol?: string
  port: number
  targetPort: IntOrString
  nodePort?: number
}

export interface ServiceProxyOptions {
  kind: 'ServiceProxyOptions'
  apiVersion: 'v1'
  path?: string
}

export interface ServiceSpec {
  ports?: ServicePort[]
  selector?: Record<string, string>
  clusterIP?: string
  clusterIPs?: string[]
  type?: string
  externalIPs?: string[]
  sessionAffinity?: string
  loadBalancerIP?: string
  loadBalancerSourceRanges?: string[]
  externalName?: string
  externalTrafficPolicy?: string
  healthCheckNodePort?: number
  publishNotReadyAddresses?: boolean
  sessionAffinityConfig?: SessionAffinityConfig
  ipFamilies?: string[]
  ipFamilyPolicy?: string
  allocateLoadBalancerNodePorts?: boolean
  loadBalancerClass?: string
  internalTrafficPolicy?: string
  trafficDistribution?: string
}

export interface ServiceStatus {
  loadBalancer: LoadBalancerStatus
  conditions?: Condition[]
}

export interface SessionAffinityConfig {
  clientIP?: ClientIPConfig
}

export interface SleepAction {
  seconds: number
}

export interface StorageOSPersistentVolumeSource {
  volumeName?: string
  volumeNamespace?: string
  fsType?: string
  readOnly?: boolean
  secretRef?: ObjectReference
}

export interface StorageOSVolumeSource {
  volumeName?: string
  volumeNamespace?: string
  fsType?: string
  readOnly?: boolean
  secretRef?: LocalObjectReference
}

export interface Sysctl {
  name: string
  value: string
}

export interface TCPSocketAction {
  port: IntOrString
  host?: string
}

export interface Taint {
  key: string
  value?: string
  effect: string
  timeAdded?: Time
}

export interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
  tolerationSeconds?: number
}

export interface TopologySelectorLabelRequirement {
  key: string
  values: string[]
}

export interface TopologySelectorTerm {
  matchLabelExpressions?: TopologySelectorLabelRequirement[]
}

export interface TopologySpreadConstraint {
  maxSkew: number
  topologyKey: string
  whenUnsatisfiable: string
  labelSelector?: LabelSelector
  minDomains?: number
  nodeAffinityPolicy?: string
  nodeTaintsPolicy?: string
  matchLabelKeys?: string[]
}

export interface TypedLocalObjectReference {
  apiGroup: string | null
  kind: string
  name: string
}

export interface TypedObjectReference {
  apiGroup: string | null
  kind: string
  name: string
  namespace?: string
}

export interface Volume {
  name: string
  hostPath?: HostPathVolumeSource
  emptyDir?: EmptyDirVolumeSource
  gcePersistentDisk?: GCEPersistentDiskVolumeSource
  awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource
  gitRepo?: GitRepoVolumeSource
  secret?: SecretVolumeSource
  nfs?: NFSVolumeSource
  iscsi?: ISCSIVolumeSource
  glusterfs?: GlusterfsVolumeSource
  persistentVolumeClaim?: PersistentVolumeClaimVolumeSource
  rbd?: RBDVolumeSource
  flexVolume?: FlexVolumeSource
  cinder?: CinderVolumeSource
  cephfs?: CephFSVolumeSource
  flocker?: FlockerVolumeSource
  downwardAPI?: DownwardAPIVolumeSource
  fc?: FCVolumeSource
  azureFile?: AzureFileVolumeSource
  configMap?: ConfigMapVolumeSource
  vsphereVolume?: VsphereVirtualDiskVolumeSource
  quobyte?: QuobyteVolumeSource
  azureDisk?: AzureDiskVolumeSource
  photonPersistentDisk?: PhotonPersistentDiskVolumeSource
  projected?: ProjectedVolumeSource
  portworxVolume?: PortworxVolumeSource
  scaleIO?: ScaleIOVolumeSource
  storageos?: StorageOSVolumeSource
  csi?: CSIVolumeSource
  ephemeral?: EphemeralVolumeSource
  image?: ImageVolumeSource
}

export interface VolumeDevice {
  name: string
  devicePath: string
}

export interface VolumeMount {
  name: string
  readOnly?: boolean
  recursiveReadOnly?: string
  mountPath: string
  subPath?: string
  mountPropagation?: string
  subPathExpr?: string
}

export interface VolumeMountStatus {
  name: string
  mountPath: string
  readOnly?: boolean
  recursiveReadOnly?: string
  volumeStatus?: VolumeStatus
}

export interface VolumeNodeAffinity {
  required?: NodeSelector
}

export interface VolumeProjection {
  secret?: SecretProjection
  downwardAPI?: DownwardAPIProjection
  configMap?: ConfigMapProjection
  serviceAccountToken?: ServiceAccountTokenProjection
  clusterTrustBundle?: ClusterTrustBundleProjection
  podCertificate?: PodCertificateProjection
}

export interface VolumeResourceRequirements {
  limits?: Record<string, Quantity>
  requests?: Record<string, Quantity>
}

export interface VolumeSource {
  hostPath?: HostPathVolumeSource
  emptyDir?: EmptyDirVolumeSource
  gcePersistentDisk?: GCEPersistentDiskVolumeSource
  awsElasticBlockStore?: AWSElasticBlockStoreVolumeSource
  gitRepo?: GitRepoVolumeSource
  secret?: SecretVolumeSource
  nfs?: NFSVolumeSource
  iscsi?: ISCSIVolumeSource
  glusterfs?: GlusterfsVolumeSource
  persistentVolumeClaim?: PersistentVolumeClaimVolumeSource
  rbd?: RBDVolumeSource
  flexVolume?: FlexVolumeSource
  cinder?: CinderVolumeSource
  cephfs?: CephFSVolumeSource
  flocker?: FlockerVolumeSource
  downwardAPI?: DownwardAPIVolumeSource
  fc?: FCVolumeSource
  azureFile?: AzureFileVolumeSource
  configMap?: ConfigMapVolumeSource
  vsphereVolume?: VsphereVirtualDiskVolumeSource
  quobyte?: QuobyteVolumeSource
  azureDisk?: AzureDiskVolumeSource
  photonPersistentDisk?: PhotonPersistentDiskVolumeSource
  projected?: ProjectedVolumeSource
  portworxVolume?: PortworxVolumeSource
  scaleIO?: ScaleIOVolumeSource
  storageos?: StorageOSVolumeSource
  csi?: CSIVolumeSource
  ephemeral?: EphemeralVolumeSource
  image?: ImageVolumeSource
}

export interface VolumeStatus {
  image?: ImageVolumeStatus
}

export interface VsphereVirtualDiskVolumeSource {
  volumePath: string
  fsType?: string
  storagePolicyName?: string
  storagePolicyID?: string
}

export interface WeightedPodAffinityTerm {
  weight: number
  podAffinityTerm: PodAffinityTerm
}

export interface WindowsSecurityContextOptions {
  gmsaCredentialSpecName?: string
  gmsaCredentialSpec?: string
  runAsUserName?: string
  hostProcess?: boolean
}

export interface Endpoint {
  addresses: string[]
  conditions: EndpointConditions
  hostname?: string
  targetRef?: ObjectReference
  deprecatedTopology?: Record<string, string>
  nodeName?: string
  zone?: string
  hints?: EndpointHints
}

export interface EndpointConditions {
  ready?: boolean
  serving?: boolean
  terminating?: boolean
}

export interface EndpointHints {
  forZones?: ForZone[]
  forNodes?: ForNode[]
}

export interface DiscoveryEndpointPort {
  name?: string
  protocol?: string
  port?: number
  appProtocol?: string
}

export interface EndpointSlice extends Resource {
  kind: 'EndpointSlice'
  apiVersion: 'discovery.k8s.io/v1'
  addressType: string
  endpoints: Endpoint[] | null
  ports: DiscoveryEndpointPort[] | null
}

export interface EndpointSliceList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: EndpointSlice[]
}

export interface ForNode {
  name: string
}

export interface ForZone {
  name: string
}

export interface EventsEvent extends Resource {
  kind: 'Event'
  apiVersion: 'events.k8s.io/v1'
  eventTime: MicroTime | null
  series?: EventsEventSeries
  reportingController?: string
  reportingInstance?: string
  action?: string
  reason?: string
  regarding: ObjectReference
  related?: ObjectReference
  note?: string
  type?: string
  deprecatedSource: EventSource
  deprecatedFirstTimestamp: Time | null
  deprecatedLastTimestamp: Time | null
  deprecatedCount?: number
}

export interface EventsEventList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: EventsEvent[]
}

export interface EventsEventSeries {
  count: number
  lastObservedTime: MicroTime | null
}

export interface ExemptPriorityLevelConfiguration {
  nominalConcurrencyShares?: number
  lendablePercent?: number
}

export interface FlowDistinguisherMethod {
  type: string
}

export interface FlowSchema extends Resource {
  kind: 'FlowSchema'
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1'
  spec: FlowSchemaSpec
  status: FlowSchemaStatus
}

export interface FlowSchemaCondition {
  type?: string
  status?: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface FlowSchemaList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: FlowSchema[]
}

export interface FlowSchemaSpec {
  priorityLevelConfiguration: PriorityLevelConfigurationReference
  matchingPrecedence: number
  distinguisherMethod?: FlowDistinguisherMethod
  rules?: PolicyRulesWithSubjects[]
}

export interface FlowSchemaStatus {
  conditions?: FlowSchemaCondition[]
}

export interface GroupSubject {
  name: string
}

export interface LimitResponse {
  type: string
  queuing?: QueuingConfiguration
}

export interface LimitedPriorityLevelConfiguration {
  nominalConcurrencyShares: number | null
  limitResponse: LimitResponse
  lendablePercent?: number
  borrowingLimitPercent?: number
}

export interface NonResourcePolicyRule {
  verbs: string[]
  nonResourceURLs: string[]
}

export interface PolicyRulesWithSubjects {
  subjects: FlowcontrolSubject[]
  resourceRules?: ResourcePolicyRule[]
  nonResourceRules?: NonResourcePolicyRule[]
}

export interface PriorityLevelConfiguration extends Resource {
  kind: 'PriorityLevelConfiguration'
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1'
  spec: PriorityLevelConfigurationSpec
  status: PriorityLevelConfigurationStatus
}

export interface PriorityLevelConfigurationCondition {
  type?: string
  status?: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface PriorityLevelConfigurationList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: PriorityLevelConfiguration[]
}

export interface PriorityLevelConfigurationReference {
  name: string
}

export interface PriorityLevelConfigurationSpec {
  type: string
  limited?: LimitedPriorityLevelConfiguration
  exempt?: ExemptPriorityLevelConfiguration
}

export interface PriorityLevelConfigurationStatus {
  conditions?: PriorityLevelConfigurationCondition[]
}

export interface QueuingConfiguration {
  queues: number
  handSize: number
  queueLengthLimit: number
}

export interface ResourcePolicyRule {
  verbs: string[]
  apiGroups: string[]
  resources: string[]
  clusterScope?: boolean
  namespaces: string[] | null
}

export interface ServiceAccountSubject {
  namespace: string
  name: string
}

export interface FlowcontrolSubject {
  kind: string
  user?: UserSubject
  group?: GroupSubject
  serviceAccount?: ServiceAccountSubject
}

export interface UserSubject {
  name: string
}

export interface HTTPIngressPath {
  path?: string
  pathType: string | null
  backend: IngressBackend
}

export interface HTTPIngressRuleValue {
  paths: HTTPIngressPath[]
}

export interface IPAddress extends Resource {
  kind: 'IPAddress'
  apiVersion: 'networking.k8s.io/v1'
  spec: IPAddressSpec
}

export interface IPAddressList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: IPAddress[]
}

export interface IPAddressSpec {
  parentRef: ParentReference
}

export interface IPBlock {
  cidr: string
  except?: string[]
}

export interface Ingress extends Resource {
  kind: 'Ingress'
  apiVersion: 'networking.k8s.io/v1'
  spec: IngressSpec
  status: IngressStatus
}

export interface IngressBackend {
  service?: IngressServiceBackend
  resource?: TypedLocalObjectReference
}

export interface IngressClass extends Resource {
  kind: 'IngressClass'
  apiVersion: 'networking.k8s.io/v1'
  spec: IngressClassSpec
}

export interface IngressClassList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: IngressClass[]
}

export interface IngressClassParametersReference {
  apiGroup?: string
  kind: string
  name: string
  scope: string | null
  namespace?: string
}

export interface IngressClassSpec {
  controller?: string
  parameters?: IngressClassParametersReference
}

export interface IngressList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Ingress[]
}

export interface IngressLoadBalancerIngress {
  ip?: string
  hostname?: string
  ports?: IngressPortStatus[]
}

export interface IngressLoadBalancerStatus {
  ingress?: IngressLoadBalancerIngress[]
}

export interface IngressPortStatus {
  port: number
  protocol: string
  error?: string
}

export interface IngressRule {
  host?: string
  http?: HTTPIngressRuleValue
}

export interface IngressRuleValue {
  http?: HTTPIngressRuleValue
}

export interface IngressServiceBackend {
  name: string
  port: ServiceBackendPort
}

export interface IngressSpec {
  ingressClassName?: string
  defaultBackend?: IngressBackend
  tls?: IngressTLS[]
  rules?: IngressRule[]
}

export interface IngressStatus {
  loadBalancer: IngressLoadBalancerStatus
}

export interface IngressTLS {
  hosts?: string[]
  secretName?: string
}

export interface NetworkPolicy extends Resource {
  kind: 'NetworkPolicy'
  apiVersion: 'networking.k8s.io/v1'
  spec: NetworkPolicySpec
}

export interface NetworkPolicyEgressRule {
  ports?: NetworkPolicyPort[]
  to?: NetworkPolicyPeer[]
}

export interface NetworkPolicyIngressRule {
  ports?: NetworkPolicyPort[]
  from?: NetworkPolicyPeer[]
}

export interface NetworkPolicyList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: NetworkPolicy[]
}

export interface NetworkPolicyPeer {
  podSelector?: LabelSelector
  namespaceSelector?: LabelSelector
  ipBlock?: IPBlock
}

export interface NetworkPolicyPort {
  protocol?: string
  port?: IntOrString
  endPort?: number
}

export interface NetworkPolicySpec {
  podSelector: LabelSelector
  ingress?: NetworkPolicyIngressRule[]
  egress?: NetworkPolicyEgressRule[]
  policyTypes?: string[]
}

export interface ParentReference {
  group?: string
  resource: string
  namespace?: string
  name: string
}

export interface ServiceBackendPort {
  name?: string
  number?: number
}

export interface ServiceCIDR extends Resource {
  kind: 'ServiceCIDR'
  apiVersion: 'networking.k8s.io/v1'
  spec: ServiceCIDRSpec
  status: ServiceCIDRStatus
}

export interface ServiceCIDRList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ServiceCIDR[]
}

export interface ServiceCIDRSpec {
  cidrs?: string[]
}

export interface ServiceCIDRStatus {
  conditions?: Condition[]
}

export interface Overhead {
  podFixed?: Record<string, Quantity>
}

export interface RuntimeClass extends Resource {
  kind: 'RuntimeClass'
  apiVersion: 'node.k8s.io/v1'
  handler: string
  overhead?: Overhead
  scheduling?: Scheduling
}

export interface RuntimeClassList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: RuntimeClass[]
}

export interface Scheduling {
  nodeSelector?: Record<string, string>
  tolerations?: Toleration[]
}

export interface Eviction extends Resource {
  kind: 'Eviction'
  apiVersion: 'policy/v1'
  deleteOptions?: DeleteOptions
}

export interface PodDisruptionBudget extends Resource {
  kind: 'PodDisruptionBudget'
  apiVersion: 'policy/v1'
  spec: PodDisruptionBudgetSpec
  status: PodDisruptionBudgetStatus
}

export interface PodDisruptionBudgetList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: PodDisruptionBudget[]
}

export interface PodDisruptionBudgetSpec {
  minAvailable?: IntOrString
  selector?: LabelSelector
  maxUnavailable?: IntOrString
  unhealthyPodEvictionPolicy?: string
}

export interface PodDisruptionBudgetStatus {
  observedGeneration?: number
  disruptedPods?: Record<string, Time>
  disruptionsAllowed: number
  currentHealthy: number
  desiredHealthy: number
  expectedPods: number
  conditions?: Condition[]
}

export interface AggregationRule {
  clusterRoleSelectors?: LabelSelector[]
}

export interface ClusterRole extends Resource {
  kind: 'ClusterRole'
  apiVersion: 'rbac.authorization.k8s.io/v1'
  rules: PolicyRule[] | null
  aggregationRule?: AggregationRule
}

export interface ClusterRoleBinding extends Resource {
  kind: 'ClusterRoleBinding'
  apiVersion: 'rbac.authorization.k8s.io/v1'
  subjects?: Subject[]
  roleRef: RoleRef
}

export interface ClusterRoleBindingList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ClusterRoleBinding[]
}

export interface ClusterRoleList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ClusterRole[]
}

export interface PolicyRule {
  verbs: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  nonResourceURLs?: string[]
}

export interface Role extends Resource {
  kind: 'Role'
  apiVersion: 'rbac.authorization.k8s.io/v1'
  rules: PolicyRule[] | null
}

export interface RoleBinding extends Resource {
  kind: 'RoleBinding'
  apiVersion: 'rbac.authorization.k8s.io/v1'
  subjects?: Subject[]
  roleRef: RoleRef
}

export interface RoleBindingList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: RoleBinding[]
}

export interface RoleList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: Role[]
}

export interface RoleRef {
  apiGroup: string
  kind: string
  name: string
}

export interface Subject {
  kind: string
  apiGroup?: string
  name: string
  namespace?: string
}

export interface AllocatedDeviceStatus {
  driver: string
  pool: string
  device: string
  shareID?: string
  conditions: Condition[] | null
  data?: JsonObject
  networkData?: NetworkDeviceData
}

export interface AllocationResult {
  devices: DeviceAllocationResult
  nodeSelector?: NodeSelector
  allocationTimestamp?: Time
}

export interface CELDeviceSelector {
  expression: string
}

export interface CapacityRequestPolicy {
  default: Quantity | null
  validValues?: Quantity[]
  validRange?: CapacityRequestPolicyRange
}

export interface CapacityRequestPolicyRange {
  min: Quantity
  max?: Quantity
  step?: Quantity
}

export interface CapacityRequirements {
  requests?: Record<string, Quantity>
}

export interface Counter {
  value: Quantity
}

export interface CounterSet {
  name: string
  counters: Record<string, Counter>
}

export interface Device {
  name: string
  attributes?: Record<string, DeviceAttribute>
  capacity?: Record<string, DeviceCapacity>
  consumesCounters?: DeviceCounterConsumption[]
  nodeName?: string
  nodeSelector?: NodeSelector
  allNodes?: boolean
  taints?: DeviceTaint[]
  bindsToNode?: boolean
  bindingConditions?: string[]
  bindingFailureConditions?: string[]
  allowMultipleAllocations?: boolean
  nodeAllocatableResourceMappings?: Record<string, NodeAllocatableResourceMapping>
}

export interface DeviceAllocationConfiguration {
  source: string
  requests?: string[]
  opaque?: OpaqueDeviceConfiguration
}

export interface DeviceAllocationResult {
  results?: DeviceRequestAllocationResult[]
  config?: DeviceAllocationConfiguration[]
}

export interface DeviceAttribute {
  int?: number
  bool?: boolean
  string?: string
  version?: string
  ints?: number[]
  bools?: boolean[]
  strings?: string[]
  versions?: string[]
}

export interface DeviceCapacity {
  value: Quantity
  requestPolicy?: CapacityRequestPolicy
}

export interface DeviceClaim {
  requests: DeviceRequest[] | null
  constraints?: DeviceConstraint[]
  config?: DeviceClaimConfiguration[]
}

export interface DeviceClaimConfiguration {
  requests?: string[]
  opaque?: OpaqueDeviceConfiguration
}

export interface DeviceClass extends Resource {
  kind: 'DeviceClass'
  apiVersion: 'resource.k8s.io/v1'
  spec: DeviceClassSpec
}

export interface DeviceClassConfiguration {
  opaque?: OpaqueDeviceConfiguration
}

export interface DeviceClassList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: DeviceClass[]
}

export interface DeviceClassSpec {
  selectors?: DeviceSelector[]
  config?: DeviceClassConfiguration[]
  extendedResourceName?: string
}

export interface DeviceConfiguration {
  opaque?: OpaqueDeviceConfiguration
}

export interface DeviceConstraint {
  requests?: string[]
  matchAttribute?: string
  distinctAttribute?: string
}

export interface DeviceCounterConsumption {
  counterSet: string
  counters: Record<string, Counter>
}

export interface DeviceRequest {
  name: string
  exactly?: ExactDeviceRequest
  firstAvailable?: DeviceSubRequest[]
}

export interface DeviceRequestAllocationResult {
  request: string
  driver: string
  pool: string
  device: string
  adminAccess?: boolean
  tolerations?: DeviceToleration[]
  bindingConditions?: string[]
  bindingFailureConditions?: string[]
  shareID?: string
  consumedCapacity?: Record<string, Quantity>
}

export interface DeviceSelector {
  cel?: CELDeviceSelector
}

export interface DeviceSubRequest {
  name: string
  deviceClassName: string
  selectors?: DeviceSelector[]
  allocationMode?: string
  count?: number
  tolerations?: DeviceToleration[]
  capacity?: CapacityRequirements
}

export interface DeviceTaint {
  key: string
  value?: string
  effect: string
  timeAdded?: Time
}

export interface DeviceToleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
  tolerationSeconds?: number
}

export interface ExactDeviceRequest {
  deviceClassName: string
  selectors?: DeviceSelector[]
  allocationMode?: string
  count?: number
  adminAccess?: boolean
  tolerations?: DeviceToleration[]
  capacity?: CapacityRequirements
}

export interface NetworkDeviceData {
  interfaceName?: string
  ips?: string[]
  hardwareAddress?: string
}

export interface NodeAllocatableResourceMapping {
  capacityKey?: string
  allocationMultiplier?: Quantity
}

export interface OpaqueDeviceConfiguration {
  driver: string
  parameters: JsonObject | null
}

export interface ResourceResourceClaim extends Resource {
  kind: 'ResourceClaim'
  apiVersion: 'resource.k8s.io/v1'
  spec: ResourceClaimSpec
  status: ResourceClaimStatus
}

export interface ResourceClaimConsumerReference {
  apiGroup?: string
  resource: string
  name: string
  uid: string
}

export interface ResourceClaimList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ResourceResourceClaim[]
}

export interface ResourceClaimSpec {
  devices: DeviceClaim
}

export interface ResourceClaimStatus {
  allocation?: AllocationResult
  reservedFor?: ResourceClaimConsumerReference[]
  devices?: AllocatedDeviceStatus[]
}

export interface ResourceClaimTemplate extends Resource {
  kind: 'ResourceClaimTemplate'
  apiVersion: 'resource.k8s.io/v1'
  spec: ResourceClaimTemplateSpec
}

export interface ResourceClaimTemplateList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ResourceClaimTemplate[]
}

export interface ResourceClaimTemplateSpec {
  metadata: TemplateMeta
  spec: ResourceClaimSpec
}

export interface ResourcePool {
  name: string
  generation: number
  resourceSliceCount: number
}

export interface ResourceSlice extends Resource {
  kind: 'ResourceSlice'
  apiVersion: 'resource.k8s.io/v1'
  spec: ResourceSliceSpec
}

export interface ResourceSliceList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: ResourceSlice[]
}

export interface ResourceSliceSpec {
  driver: string
  pool: ResourcePool
  nodeName?: string
  nodeSelector?: NodeSelector
  allNodes?: boolean
  devices?: Device[]
  perDeviceNodeSelection?: boolean
  sharedCounters?: CounterSet[]
}

export interface PriorityClass extends Resource {
  kind: 'PriorityClass'
  apiVersion: 'scheduling.k8s.io/v1'
  value: number
  globalDefault?: boolean
  description?: string
  preemptionPolicy?: string
}

export interface PriorityClassList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: PriorityClass[]
}

export interface CSIDriver extends Resource {
  kind: 'CSIDriver'
  apiVersion: 'storage.k8s.io/v1'
  spec: CSIDriverSpec
}

export interface CSIDriverList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: CSIDriver[]
}

export interface CSIDriverSpec {
  attachRequired?: boolean
  podInfoOnMount?: boolean
  volumeLifecycleModes?: string[]
  storageCapacity?: boolean
  fsGroupPolicy?: string
  tokenRequests?: StorageTokenRequest[]
  requiresRepublish?: boolean
  seLinuxMount?: boolean
  nodeAllocatableUpdatePeriodSeconds?: number
  serviceAccountTokenInSecrets?: boolean
  preventPodSchedulingIfMissing?: boolean
}

export interface CSINode extends Resource {
  kind: 'CSINode'
  apiVersion: 'storage.k8s.io/v1'
  spec: CSINodeSpec
}

export interface CSINodeDriver {
  name: string
  nodeID: string
  topologyKeys: string[] | null
  allocatable?: VolumeNodeResources
}

export interface CSINodeList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: CSINode[]
}

export interface CSINodeSpec {
  drivers: CSINodeDriver[]
}

export interface CSIStorageCapacity extends Resource {
  kind: 'CSIStorageCapacity'
  apiVersion: 'storage.k8s.io/v1'
  nodeTopology?: LabelSelector
  storageClassName: string
  capacity?: Quantity
  maximumVolumeSize?: Quantity
}

export interface CSIStorageCapacityList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: CSIStorageCapacity[]
}

export interface StorageClass extends Resource {
  kind: 'StorageClass'
  apiVersion: 'storage.k8s.io/v1'
  provisioner: string
  parameters?: Record<string, string>
  reclaimPolicy?: string
  mountOptions?: string[]
  allowVolumeExpansion?: boolean
  volumeBindingMode?: string
  allowedTopologies?: TopologySelectorTerm[]
}

export interface StorageClassList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: StorageClass[]
}

export interface StorageTokenRequest {
  audience: string
  expirationSeconds?: number
}

export interface VolumeAttachment extends Resource {
  kind: 'VolumeAttachment'
  apiVersion: 'storage.k8s.io/v1'
  spec: VolumeAttachmentSpec
  status: VolumeAttachmentStatus
}

export interface VolumeAttachmentList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: VolumeAttachment[]
}

export interface VolumeAttachmentSource {
  persistentVolumeName?: string
  inlineVolumeSpec?: PersistentVolumeSpec
}

export interface VolumeAttachmentSpec {
  attacher: string
  source: VolumeAttachmentSource
  nodeName: string
}

export interface VolumeAttachmentStatus {
  attached: boolean
  attachmentMetadata?: Record<string, string>
  attachError?: VolumeError
  detachError?: VolumeError
}

export interface VolumeAttributesClass extends Resource {
  kind: 'VolumeAttributesClass'
  apiVersion: 'storage.k8s.io/v1'
  driverName: string
  parameters?: Record<string, string>
}

export interface VolumeAttributesClassList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: VolumeAttributesClass[]
}

export interface VolumeError {
  time: Time | null
  message?: string
  errorCode?: number
}

export interface VolumeNodeResources {
  count?: number
}

export interface ConversionRequest {
  uid: string
  desiredAPIVersion: string
  objects: JsonObject[]
}

export interface ConversionResponse {
  uid: string
  convertedObjects: JsonObject[]
  result: Status
}

export interface ConversionReview {
  kind?: string
  apiVersion?: string
  request?: ConversionRequest
  response?: ConversionResponse
}

export interface CustomResourceColumnDefinition {
  name: string
  type: string
  format?: string
  description?: string
  priority?: number
  jsonPath: string
}

export interface CustomResourceConversion {
  strategy: string
  webhook?: WebhookConversion
}

export interface CustomResourceDefinition extends Resource {
  kind: 'CustomResourceDefinition'
  apiVersion: 'apiextensions.k8s.io/v1'
  spec: CustomResourceDefinitionSpec
  status: CustomResourceDefinitionStatus
}

export interface CustomResourceDefinitionCondition {
  type: string
  status: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
  observedGeneration?: number
}

export interface CustomResourceDefinitionList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: CustomResourceDefinition[]
}

export interface CustomResourceDefinitionNames {
  plural: string
  singular?: string
  shortNames?: string[]
  kind: string
  listKind?: string
  categories?: string[]
}

export interface CustomResourceDefinitionSpec {
  group: string
  names: CustomResourceDefinitionNames
  scope: string
  versions: CustomResourceDefinitionVersion[]
  conversion?: CustomResourceConversion
  preserveUnknownFields?: boolean
}

export interface CustomResourceDefinitionStatus {
  conditions: CustomResourceDefinitionCondition[] | null
  acceptedNames: CustomResourceDefinitionNames
  storedVersions: string[] | null
  observedGeneration?: number
}

export interface CustomResourceDefinitionVersion {
  name: string
  served: boolean
  storage: boolean
  deprecated?: boolean
  deprecationWarning?: string
  schema?: CustomResourceValidation
  subresources?: CustomResourceSubresources
  additionalPrinterColumns?: CustomResourceColumnDefinition[]
  selectableFields?: SelectableField[]
}

export interface CustomResourceSubresourceScale {
  specReplicasPath: string
  statusReplicasPath: string
  labelSelectorPath?: string
}

export type CustomResourceSubresourceStatus = JsonObject

export interface CustomResourceSubresources {
  status?: CustomResourceSubresourceStatus
  scale?: CustomResourceSubresourceScale
}

export interface CustomResourceValidation {
  openAPIV3Schema?: JSONSchemaProps
}

export interface ExternalDocumentation {
  description?: string
  url?: string
}

export interface JSONSchemaProps {
  id?: string
  '$schema'?: string
  '$ref'?: string
  description?: string
  type?: string
  format?: string
  title?: string
  default?: Json
  maximum?: number
  exclusiveMaximum?: boolean
  minimum?: number
  exclusiveMinimum?: boolean
  maxLength?: number
  minLength?: number
  pattern?: string
  maxItems?: number
  minItems?: number
  uniqueItems?: boolean
  multipleOf?: number
  enum?: Json[]
  maxProperties?: number
  minProperties?: number
  required?: string[]
  items?: JSONSchemaProps | JSONSchemaProps[]
  allOf?: JSONSchemaProps[]
  oneOf?: JSONSchemaProps[]
  anyOf?: JSONSchemaProps[]
  not?: JSONSchemaProps
  properties?: Record<string, JSONSchemaProps>
  additionalProperties?: JSONSchemaProps | boolean
  patternProperties?: Record<string, JSONSchemaProps>
  dependencies?: Record<string, JSONSchemaProps | string[]>
  additionalItems?: JSONSchemaProps | boolean
  definitions?: Record<string, JSONSchemaProps>
  externalDocs?: ExternalDocumentation
  example?: Json
  nullable?: boolean
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-list-type'?: string
  'x-kubernetes-map-type'?: string
  'x-kubernetes-validations'?: ValidationRule[]
}

export interface SelectableField {
  jsonPath: string
}

export interface ApiextensionsServiceReference {
  namespace: string
  name: string
  path?: string
  port?: number
}

export interface ValidationRule {
  rule: string
  message?: string
  messageExpression?: string
  reason?: string
  fieldPath?: string
  optionalOldSelf?: boolean
}

export interface ApiextensionsWebhookClientConfig {
  url?: string
  service?: ApiextensionsServiceReference
  caBundle?: string
}

export interface WebhookConversion {
  clientConfig?: ApiextensionsWebhookClientConfig
  conversionReviewVersions: string[]
}

export interface APIGroup {
  kind?: string
  apiVersion?: string
  name: string
  versions: GroupVersionForDiscovery[]
  preferredVersion: GroupVersionForDiscovery
  serverAddressByClientCIDRs?: ServerAddressByClientCIDR[]
}

export interface APIGroupList {
  kind?: string
  apiVersion?: string
  groups: APIGroup[]
}

export interface APIResource {
  name: string
  singularName: string
  namespaced: boolean
  group?: string
  version?: string
  kind: string
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
  storageVersionHash?: string
}

export interface APIResourceList {
  kind?: string
  apiVersion?: string
  groupVersion: string
  resources: APIResource[]
}

export interface APIVersions {
  kind?: string
  apiVersion?: string
  versions: string[]
  serverAddressByClientCIDRs: ServerAddressByClientCIDR[]
}

export interface ApplyOptions {
  kind?: string
  apiVersion?: string
  dryRun?: string[]
  force: boolean
  fieldManager: string
}

export interface Condition {
  type: string
  status: string
  observedGeneration?: number
  lastTransitionTime: Time | null
  reason: string
  message: string
}

export interface CreateOptions {
  kind?: string
  apiVersion?: string
  dryRun?: string[]
  fieldManager?: string
  fieldValidation?: string
}

export interface DeleteOptions {
  kind?: string
  apiVersion?: string
  gracePeriodSeconds?: number
  preconditions?: MetaPreconditions
  orphanDependents?: boolean
  propagationPolicy?: string
  dryRun?: string[]
  ignoreStoreReadErrorWithClusterBreakingPotential?: boolean
}

export interface FieldSelectorRequirement {
  key: string
  operator: string
  values?: string[]
}

export interface GetOptions {
  kind?: string
  apiVersion?: string
  resourceVersion?: string
}

export interface GroupKind {
  group: string
  kind: string
}

export interface GroupResource {
  group: string
  resource: string
}

export interface GroupVersion {
  group: string
  version: string
}

export interface GroupVersionForDiscovery {
  groupVersion: string
  version: string
}

export interface GroupVersionKind {
  group: string
  version: string
  kind: string
}

export interface GroupVersionResource {
  group: string
  version: string
  resource: string
}

export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: LabelSelectorRequirement[]
}

export interface LabelSelectorRequirement {
  key: string
  operator: string
  values?: string[]
}

export interface MetaList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: JsonObject[]
}

export interface ListMeta {
  selfLink?: string
  resourceVersion?: string
  continue?: string
  remainingItemCount?: number
  shardInfo?: ShardInfo
}

export interface ListOptions {
  kind?: string
  apiVersion?: string
  labelSelector?: string
  fieldSelector?: string
  watch?: boolean
  allowWatchBookmarks?: boolean
  resourceVersion?: string
  resourceVersionMatch?: string
  timeoutSeconds?: number
  limit?: number
  continue?: string
  sendInitialEvents?: boolean
  shardSelector?: string
}

export interface ManagedFieldsEntry {
  manager?: string
  operation?: string
  apiVersion?: string
  time?: Time
  fieldsType?: string
  fieldsV1?: JsonObject
  subresource?: string
}

export interface PartialObjectMetadata {
  kind?: string
  apiVersion?: string
  metadata: TemplateMeta
}

export interface PartialObjectMetadataList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: PartialObjectMetadata[]
}

export type Patch = JsonObject

export interface PatchOptions {
  kind?: string
  apiVersion?: string
  dryRun?: string[]
  force?: boolean
  fieldManager?: string
  fieldValidation?: string
}

export interface MetaPreconditions {
  uid?: string
  resourceVersion?: string
}

export interface RootPaths {
  paths: string[]
}

export interface ServerAddressByClientCIDR {
  clientCIDR: string
  serverAddress: string
}

export interface ShardInfo {
  selector: string
}

export interface Status {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  status?: string
  message?: string
  reason?: string
  details?: StatusDetails
  code?: number
}

export interface StatusCause {
  reason?: string
  message?: string
  field?: string
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: StatusCause[]
  retryAfterSeconds?: number
}

export interface Table {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  columnDefinitions: TableColumnDefinition[]
  rows: TableRow[]
}

export interface TableColumnDefinition {
  name: string
  type: string
  format: string
  description: string
  priority: number
}

export interface TableOptions {
  kind?: string
  apiVersion?: string
  includeObject?: string
}

export interface TableRow {
  cells: JsonObject[]
  conditions?: TableRowCondition[]
  object: JsonObject | null
}

export interface TableRowCondition {
  type: string
  status: string
  reason?: string
  message?: string
}

export interface Timestamp {
  seconds: number
  nanos: number
}

export interface TypeMeta {
  kind?: string
  apiVersion?: string
}

export interface UpdateOptions {
  kind?: string
  apiVersion?: string
  dryRun?: string[]
  fieldManager?: string
  fieldValidation?: string
}

export type Verbs = string[]

export interface WatchEvent {
  type: string
  object: JsonObject | null
}

export interface PkgTypeMeta {
  apiVersion?: string
  kind?: string
}

export interface Unknown {
  apiVersion?: string
  kind?: string
  ContentEncoding: string
  ContentType: string
}

export interface Info {
  major: string
  minor: string
  emulationMajor?: string
  emulationMinor?: string
  minCompatibilityMajor?: string
  minCompatibilityMinor?: string
  gitVersion: string
  gitCommit: string
  gitTreeState: string
  buildDate: string
  goVersion: string
  compiler: string
  platform: string
}

export interface APIService extends Resource {
  kind: 'APIService'
  apiVersion: 'apiregistration.k8s.io/v1'
  spec: APIServiceSpec
  status: APIServiceStatus
}

export interface APIServiceCondition {
  type: string
  status: string
  lastTransitionTime: Time | null
  reason?: string
  message?: string
}

export interface APIServiceList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: APIService[]
}

export interface APIServiceSpec {
  service?: ApiregistrationServiceReference
  group?: string
  version?: string
  insecureSkipTLSVerify?: boolean
  caBundle?: string
  groupPriorityMinimum: number
  versionPriority: number
}

export interface APIServiceStatus {
  conditions?: APIServiceCondition[]
}

export interface ApiregistrationServiceReference {
  namespace?: string
  name?: string
  port?: number
}

export interface ContainerMetrics {
  name: string
  usage: Record<string, Quantity> | null
}

export interface NodeMetrics {
  kind?: string
  apiVersion?: string
  metadata: TemplateMeta
  timestamp: Time | null
  window: Duration
  usage: Record<string, Quantity> | null
}

export interface NodeMetricsList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: NodeMetrics[]
}

export interface PodMetrics {
  kind?: string
  apiVersion?: string
  metadata: TemplateMeta
  timestamp: Time | null
  window: Duration
  containers: ContainerMetrics[]
}

export interface PodMetricsList {
  kind?: string
  apiVersion?: string
  metadata: ListMeta
  items: PodMetrics[]
}
