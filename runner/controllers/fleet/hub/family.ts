// The two families of placement: ClusterResourcePlacements, and the ResourcePlacements of a namespace. Each has snapshots,
// bindings and update runs of its own; what happens to them is the same.
import type { KubernetesObject, ObjectKey, Resource } from '../../../kubernetes/object.ts'
import type { ControllerWatch } from '../../controller.ts'
import {
  approvalRequests,
  bindings,
  clusterApprovalRequests,
  clusterResourcePlacements,
  clusterStagedUpdateRuns,
  clusterStagedUpdateStrategies,
  namespacedBindings,
  namespacedPolicySnapshots,
  namespacedResourceSnapshots,
  policySnapshots,
  resourcePlacements,
  resourceSnapshots,
  stagedUpdateRuns,
  stagedUpdateStrategies,
} from '../resources.ts'

/** The kinds of one family. */
export interface PlacementFamily {
  readonly placements: Resource
  readonly policySnapshots: Resource
  readonly resourceSnapshots: Resource
  readonly bindings: Resource
  readonly updateRuns: Resource
  readonly updateStrategies: Resource
  readonly approvalRequests: Resource
}

const clusterFamily: PlacementFamily = {
  placements: clusterResourcePlacements,
  policySnapshots,
  resourceSnapshots,
  bindings,
  updateRuns: clusterStagedUpdateRuns,
  updateStrategies: clusterStagedUpdateStrategies,
  approvalRequests: clusterApprovalRequests,
}

const namespacedFamily: PlacementFamily = {
  placements: resourcePlacements,
  policySnapshots: namespacedPolicySnapshots,
  resourceSnapshots: namespacedResourceSnapshots,
  bindings: namespacedBindings,
  updateRuns: stagedUpdateRuns,
  updateStrategies: stagedUpdateStrategies,
  approvalRequests,
}

/** Both families. */
export const families: readonly PlacementFamily[] = [clusterFamily, namespacedFamily]

/** The family of a placement, or of anything that belongs to one, by its key: what stands in a namespace is of ResourcePlacements. */
export function familyOf({ namespace }: ObjectKey): PlacementFamily {
  return namespace === undefined ? clusterFamily : namespacedFamily
}

/** Watches of one part of both families. */
export function watchFamilies(part: keyof PlacementFamily, keys?: (object: KubernetesObject) => readonly string[]): readonly ControllerWatch[] {
  return families.map((family) => ({ resource: family[part], ...(keys ? { keys } : {}) }))
}

/** Where the objects of a placement are listed: its namespace, or the cluster. */
export function placeOf({ namespace }: ObjectKey): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace }
}
