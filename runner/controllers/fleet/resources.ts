// The resources that KubeFleet's controllers read and write. They know v1beta1 alone, which is what is stored.
import type { Resource } from '../../kubernetes/object.ts'

const cluster = { group: 'cluster.kubernetes-fleet.io', version: 'v1beta1' }
const placement = { group: 'placement.kubernetes-fleet.io', version: 'v1beta1' }
const core = { group: '', version: 'v1', namespaced: true }
const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: true }

export const memberClusters: Resource = { ...cluster, plural: 'memberclusters', kind: 'MemberCluster', namespaced: false }
export const internalMemberClusters: Resource = { ...cluster, plural: 'internalmemberclusters', kind: 'InternalMemberCluster', namespaced: true }
export const clusterResourcePlacements: Resource = { ...placement, plural: 'clusterresourceplacements', kind: 'ClusterResourcePlacement', namespaced: false }
export const policySnapshots: Resource = {
  ...placement,
  plural: 'clusterschedulingpolicysnapshots',
  kind: 'ClusterSchedulingPolicySnapshot',
  namespaced: false,
}
export const resourceSnapshots: Resource = { ...placement, plural: 'clusterresourcesnapshots', kind: 'ClusterResourceSnapshot', namespaced: false }
export const bindings: Resource = { ...placement, plural: 'clusterresourcebindings', kind: 'ClusterResourceBinding', namespaced: false }
export const works: Resource = { ...placement, plural: 'works', kind: 'Work', namespaced: true }
export const appliedWorks: Resource = { ...placement, plural: 'appliedworks', kind: 'AppliedWork', namespaced: false }
export const clusterProfiles: Resource = {
  group: 'multicluster.x-k8s.io',
  version: 'v1alpha1',
  plural: 'clusterprofiles',
  kind: 'ClusterProfile',
  namespaced: true,
}
export const namespaces: Resource = { ...core, plural: 'namespaces', kind: 'Namespace', namespaced: false }
export const nodes: Resource = { ...core, plural: 'nodes', kind: 'Node', namespaced: false }
export const pods: Resource = { ...core, plural: 'pods', kind: 'Pod' }
export const roles: Resource = { ...rbac, plural: 'roles', kind: 'Role' }
export const roleBindings: Resource = { ...rbac, plural: 'rolebindings', kind: 'RoleBinding' }
export const resourcePlacements: Resource = { ...placement, plural: 'resourceplacements', kind: 'ResourcePlacement', namespaced: true }
export const namespacedPolicySnapshots: Resource = {
  ...placement,
  plural: 'schedulingpolicysnapshots',
  kind: 'SchedulingPolicySnapshot',
  namespaced: true,
}
export const namespacedResourceSnapshots: Resource = { ...placement, plural: 'resourcesnapshots', kind: 'ResourceSnapshot', namespaced: true }
export const namespacedBindings: Resource = { ...placement, plural: 'resourcebindings', kind: 'ResourceBinding', namespaced: true }
export const clusterStagedUpdateRuns: Resource = { ...placement, plural: 'clusterstagedupdateruns', kind: 'ClusterStagedUpdateRun', namespaced: false }
export const stagedUpdateRuns: Resource = { ...placement, plural: 'stagedupdateruns', kind: 'StagedUpdateRun', namespaced: true }
export const clusterStagedUpdateStrategies: Resource = {
  ...placement,
  plural: 'clusterstagedupdatestrategies',
  kind: 'ClusterStagedUpdateStrategy',
  namespaced: false,
}
export const stagedUpdateStrategies: Resource = { ...placement, plural: 'stagedupdatestrategies', kind: 'StagedUpdateStrategy', namespaced: true }
export const clusterApprovalRequests: Resource = { ...placement, plural: 'clusterapprovalrequests', kind: 'ClusterApprovalRequest', namespaced: false }
export const approvalRequests: Resource = { ...placement, plural: 'approvalrequests', kind: 'ApprovalRequest', namespaced: true }
export const clusterResourceOverrides: Resource = { ...placement, plural: 'clusterresourceoverrides', kind: 'ClusterResourceOverride', namespaced: false }
export const resourceOverrides: Resource = { ...placement, plural: 'resourceoverrides', kind: 'ResourceOverride', namespaced: true }
export const clusterResourceOverrideSnapshots: Resource = {
  ...placement,
  plural: 'clusterresourceoverridesnapshots',
  kind: 'ClusterResourceOverrideSnapshot',
  namespaced: false,
}
export const resourceOverrideSnapshots: Resource = {
  ...placement,
  plural: 'resourceoverridesnapshots',
  kind: 'ResourceOverrideSnapshot',
  namespaced: true,
}
export const placementEvictions: Resource = {
  ...placement,
  plural: 'clusterresourceplacementevictions',
  kind: 'ClusterResourcePlacementEviction',
  namespaced: false,
}
export const disruptionBudgets: Resource = {
  ...placement,
  plural: 'clusterresourceplacementdisruptionbudgets',
  kind: 'ClusterResourcePlacementDisruptionBudget',
  namespaced: false,
}
export const placementStatuses: Resource = {
  ...placement,
  plural: 'clusterresourceplacementstatuses',
  kind: 'ClusterResourcePlacementStatus',
  namespaced: true,
}
