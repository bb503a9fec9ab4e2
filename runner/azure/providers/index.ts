// The table of resource types: one line each. A new type is a file beside its equals and a line here.
import type { ResourceType } from '../resource-type.ts'
import { locks } from './authorization/locks.ts'
import { denyAssignments, permissions } from './authorization/permissions.ts'
import { policyAssignments } from './authorization/policy-assignments.ts'
import { policyDefinitions } from './authorization/policy-definitions.ts'
import { policyExemptions, policySetDefinitions } from './authorization/policy-sets.ts'
import { roleAssignments } from './authorization/role-assignments.ts'
import { roleDefinitions } from './authorization/role-definitions.ts'
import { agentPools } from './container-service/agent-pools.ts'
import { autoUpgradeProfiles } from './container-service/auto-upgrade-profiles.ts'
import { accessProfiles, machines, outboundNetworkEndpoints, snapshots } from './container-service/cluster-surroundings.ts'
import { fleetMembers } from './container-service/fleet-members.ts'
import { fleets } from './container-service/fleets.ts'
import { gates } from './container-service/gates.ts'
import { managedClusters } from './container-service/managed-clusters.ts'
import { managedNamespaces } from './container-service/managed-namespaces.ts'
import { commandResults } from './container-service/run-command.ts'
import { updateRuns } from './container-service/update-runs.ts'
import { updateStrategies } from './container-service/update-strategies.ts'
import { availablePoolVersions, clusterUpgradeProfiles, maintenanceConfigurations, poolUpgradeProfiles } from './container-service/upgrade-profiles.ts'
import { deploymentOperations } from './resources/deployment-operations.ts'
import { deployments } from './resources/deployments.ts'
import { resourceGroups } from './resources/resource-groups.ts'
import { storedTypes } from './stored-types.ts'

/** Every type of resource that this Azure has. */
export const resourceTypes: readonly ResourceType[] = [
  locks,
  denyAssignments,
  permissions,
  policyAssignments,
  policyDefinitions,
  policyExemptions,
  policySetDefinitions,
  roleAssignments,
  roleDefinitions,
  accessProfiles,
  agentPools,
  autoUpgradeProfiles,
  availablePoolVersions,
  clusterUpgradeProfiles,
  commandResults,
  fleetMembers,
  fleets,
  gates,
  machines,
  maintenanceConfigurations,
  managedClusters,
  managedNamespaces,
  outboundNetworkEndpoints,
  poolUpgradeProfiles,
  snapshots,
  updateRuns,
  updateStrategies,
  deploymentOperations,
  deployments,
  resourceGroups,
  ...storedTypes,
]
