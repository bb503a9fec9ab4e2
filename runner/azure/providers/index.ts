// The table of resource types: one line each. A new type is a file beside its equals and a line here.
import type { ResourceType } from '../resource-type.ts'
import { roleAssignments } from './authorization/role-assignments.ts'
import { roleDefinitions } from './authorization/role-definitions.ts'
import { agentPools } from './container-service/agent-pools.ts'
import { fleetMembers } from './container-service/fleet-members.ts'
import { fleets } from './container-service/fleets.ts'
import { managedClusters } from './container-service/managed-clusters.ts'
import { updateRuns } from './container-service/update-runs.ts'
import { updateStrategies } from './container-service/update-strategies.ts'
import { availablePoolVersions, clusterUpgradeProfiles, maintenanceConfigurations, poolUpgradeProfiles } from './container-service/upgrade-profiles.ts'
import { resourceGroups } from './resources/resource-groups.ts'

/** Every type of resource that this Azure has. */
export const resourceTypes: readonly ResourceType[] = [
  roleAssignments,
  roleDefinitions,
  agentPools,
  availablePoolVersions,
  clusterUpgradeProfiles,
  fleetMembers,
  fleets,
  maintenanceConfigurations,
  managedClusters,
  poolUpgradeProfiles,
  updateRuns,
  updateStrategies,
  resourceGroups,
]
