// The resources that KubeFleet's controllers read and write. They know v1beta1 alone, which is what is stored.
import type { Resource } from '../../kubernetes/object.ts'

const core = { group: '', version: 'v1', namespaced: true }
const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: true }

interface Naming {
  readonly namespaced?: boolean
  /** Where it is not the kind with an s. */
  readonly plural?: string
}

function cluster(kind: string, { namespaced = false, plural = `${kind.toLowerCase()}s` }: Naming = {}): Resource {
  return { group: 'cluster.kubernetes-fleet.io', version: 'v1beta1', plural, kind, namespaced }
}

function placement(kind: string, naming: Naming = {}): Resource {
  return { ...cluster(kind, naming), group: 'placement.kubernetes-fleet.io' }
}

const inNamespace: Naming = { namespaced: true }

export const memberClusters = cluster('MemberCluster')
export const internalMemberClusters = cluster('InternalMemberCluster', inNamespace)
export const clusterResourcePlacements = placement('ClusterResourcePlacement')
export const policySnapshots = placement('ClusterSchedulingPolicySnapshot')
export const resourceSnapshots = placement('ClusterResourceSnapshot')
export const bindings = placement('ClusterResourceBinding')
export const works = placement('Work', inNamespace)
export const appliedWorks = placement('AppliedWork')
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
export const resourcePlacements = placement('ResourcePlacement', inNamespace)
export const namespacedPolicySnapshots = placement('SchedulingPolicySnapshot', inNamespace)
export const namespacedResourceSnapshots = placement('ResourceSnapshot', inNamespace)
export const namespacedBindings = placement('ResourceBinding', inNamespace)
export const clusterStagedUpdateRuns = placement('ClusterStagedUpdateRun')
export const stagedUpdateRuns = placement('StagedUpdateRun', inNamespace)
export const clusterStagedUpdateStrategies = placement('ClusterStagedUpdateStrategy', { plural: 'clusterstagedupdatestrategies' })
export const stagedUpdateStrategies = placement('StagedUpdateStrategy', { ...inNamespace, plural: 'stagedupdatestrategies' })
export const clusterApprovalRequests = placement('ClusterApprovalRequest')
export const approvalRequests = placement('ApprovalRequest', inNamespace)
export const clusterResourceOverrides = placement('ClusterResourceOverride')
export const resourceOverrides = placement('ResourceOverride', inNamespace)
export const clusterResourceOverrideSnapshots = placement('ClusterResourceOverrideSnapshot')
export const resourceOverrideSnapshots = placement('ResourceOverrideSnapshot', inNamespace)
export const placementEvictions = placement('ClusterResourcePlacementEviction')
export const disruptionBudgets = placement('ClusterResourcePlacementDisruptionBudget')
export const placementStatuses = placement('ClusterResourcePlacementStatus', { ...inNamespace, plural: 'clusterresourceplacementstatuses' })
