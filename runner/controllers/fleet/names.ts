// KubeFleet's names: labels, annotations, finalizers, namespaces, identities (apis/placement/v1beta1/commons.go, pkg/utils/common.go).

/** Labels that KubeFleet puts on objects. */
export const labels = {
  parentPlacement: 'kubernetes-fleet.io/parent-CRP',
  latestSnapshot: 'kubernetes-fleet.io/is-latest-snapshot',
  policyIndex: 'kubernetes-fleet.io/policy-index',
  resourceIndex: 'kubernetes-fleet.io/resource-index',
  parentBinding: 'kubernetes-fleet.io/parent-resource-binding',
  parentSnapshotIndex: 'kubernetes-fleet.io/parent-resource-snapshot-index',
  fleetResource: 'kubernetes-fleet.io/is-fleet-resource',
  memberName: 'kubernetes-fleet.io/member-name',
  parentNamespace: 'kubernetes-fleet.io/parent-placement-namespace',
  envelopeType: 'kubernetes-fleet.io/envelope-work',
  envelopeName: 'kubernetes-fleet.io/envelope-name',
  envelopeNamespace: 'kubernetes-fleet.io/envelope-namespace',
  overrideIndex: 'kubernetes-fleet.io/override-index',
  parentOverride: 'kubernetes-fleet.io/parent-resource-override',
  updateRun: 'kubernetes-fleet.io/targetUpdateRun',
  updatingStage: 'kubernetes-fleet.io/targetUpdatingStage',
  taskType: 'kubernetes-fleet.io/taskType',
  latestApproval: 'kubernetes-fleet.io/isLatestUpdateRunApproval',
} as const

/** Annotations that KubeFleet puts on objects. */
export const annotations = {
  placementGeneration: 'kubernetes-fleet.io/CRP-generation',
  numberOfClusters: 'kubernetes-fleet.io/number-of-clusters',
  resourceHash: 'kubernetes-fleet.io/resource-hash',
  numberOfSnapshots: 'kubernetes-fleet.io/number-of-resource-snapshots',
  numberOfEnvelopes: 'kubernetes-fleet.io/number-of-enveloped-object',
  subIndex: 'kubernetes-fleet.io/subindex-of-resource-snapshot',
  nextSnapshotDetected: 'kubernetes-fleet.io/next-resource-snapshot-candidate-detection-time',
  parentSnapshotName: 'kubernetes-fleet.io/parent-resource-snapshot-name',
  overrideHash: 'kubernetes-fleet.io/parent-resource-override-snapshot-hash',
  clusterOverrideHash: 'kubernetes-fleet.io/parent-cluster-resource-override-snapshot-hash',
  previousBindingState: 'kubernetes-fleet.io/previous-binding-state',
  specHash: 'kubernetes-fleet.io/spec-hash',
  lastApplied: 'kubernetes-fleet.io/last-applied-configuration',
} as const

/** Finalizers that KubeFleet's controllers hold objects with. */
export const finalizers = {
  memberCluster: 'kubernetes-fleet.io/membercluster-finalizer',
  clusterProfile: 'kubernetes-fleet.io/cluster-profile-cleanup',
  placementCleanup: 'kubernetes-fleet.io/crp-cleanup',
  schedulerCleanup: 'kubernetes-fleet.io/scheduler-cleanup',
  bindingCleanup: 'kubernetes-fleet.io/scheduler-crb-cleanup',
  work: 'kubernetes-fleet.io/work-cleanup',
  override: 'kubernetes-fleet.io/override-cleanup',
  updateRun: 'kubernetes-fleet.io/stagedupdaterun-finalizer',
} as const

/** Field managers of the agents' writes, as `managedFields` shows them. */
export const managers = {
  hub: 'hubagent',
  memberCluster: 'member-cluster-controller',
  member: 'memberagent',
  applied: 'work-api-agent',
} as const

/** The namespace that the agents themselves live in, on the hub and on members. */
export const systemNamespace = 'fleet-system'

const memberNamespacePrefix = 'fleet-member-'

/** Namespace on the hub of a member's Works and InternalMemberCluster. */
export function memberNamespace(member: string): string {
  return `${memberNamespacePrefix}${member}`
}

/** The member of such a namespace; undefined for any other. */
export function memberOfNamespace(namespace: string | undefined): string | undefined {
  return namespace?.startsWith(memberNamespacePrefix) ? namespace.slice(memberNamespacePrefix.length) : undefined
}

/** User name of the hub agent on the hub. */
export const hubAgentUser = 'system:serviceaccount:fleet-system:hub-agent-sa'

/** User name of a member agent on its member: whoever repairs what Fleet has placed. */
export const memberAgentUser = 'system:serviceaccount:fleet-system:member-agent-sa'

/** Name of the service account in `fleet-system` that a member agent reaches the hub as. */
export function hubAccessAccount(member: string): string {
  return `${member}-hub-cluster-access`
}

/** User name of a member agent on the hub. */
export function memberAgentUserOnHub(member: string): string {
  return `system:serviceaccount:${systemNamespace}:${hubAccessAccount(member)}`
}
