// The upgrade of one managed cluster as part of an update run: what it is to become, how long it takes, and what stands in its way.
import type { JsonObject } from '../../../base/json.ts'
import type { UpgradeTarget } from '../../hooks.ts'
import { type AzureContext, isSettled, propertiesOf, provisioningState } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { powerOf } from './cluster-actions.ts'
import { compareVersions, fullVersion, nodeImages, upgradesFrom } from './kubernetes-versions.ts'
import { nextOpening } from './maintenance-window.ts'
import { upgradeRefused } from './managed-cluster-body.ts'
import type { MemberStep, Upgrade } from './update-run-steps.ts'

/** What a run wants of every member. */
export interface UpgradeGoal {
  readonly type: 'Full' | 'ControlPlaneOnly' | 'NodeImageOnly'
  readonly kubernetesVersion?: string
}

/** An upgrade under way; plain data, kept beside the run. Times are world time, ms. */
export interface UpgradeInFlight {
  readonly until: number
  readonly target: UpgradeTarget
  /** Since when a node could not be drained. */
  readonly blockedSince?: number
}

const pools = 'Microsoft.ContainerService/managedClusters/agentPools'
const minute = 60_000
/** How long a control plane and a node pool take, ms. */
const takes = { real: 10 * minute, short: 3000 }
/** How long a node may refuse to be drained, world ms; the service's own default is half an hour. */
export const drainTimeout = { real: 30 * minute, short: minute }
const lookAgain = 5000

/** Begins a member's upgrade: `flight` where it goes on, undefined where it is over already. */
export function beginUpgrade(member: MemberStep, goal: UpgradeGoal, context: AzureContext): { readonly upgrade: Upgrade; readonly flight?: UpgradeInFlight } {
  const cluster = context.store.get(member.clusterResourceId)
  if (!cluster) return failed('ResourceNotFound', `The cluster ${member.clusterResourceId} was not found.`)
  if (powerOf(cluster) === 'Stopped') return failed('OperationNotAllowed', `The cluster ${cluster.body.name} is stopped and cannot be upgraded.`)
  if (!isSettled(cluster)) return failed('OperationNotAllowed', `Another operation (${cluster.body.name} - ${provisioningState(cluster)}) is in progress.`)
  const found = targetOf(cluster, goal, context)
  if ('refused' in found) return failed('OperationNotAllowed', found.refused)
  if (!found.target.controlPlane && !found.target.nodes) return { upgrade: { is: 'done', message: alreadyThere(cluster, context) } }
  const opens = windowOf(cluster, goal, context)
  if (opens !== undefined && opens > context.clock.now()) return { upgrade: { is: 'pending', again: opens, ...closed(member.name, opens) } }
  const until = context.clock.now() + takes[context.durations]
  mark(cluster, 'Upgrading', context)
  return { upgrade: { is: 'running', again: until }, flight: { until, target: found.target } }
}

/** Looks how an upgrade stands; at its end the cluster is what it was to become. */
export async function lookAtUpgrade(
  member: MemberStep,
  flight: UpgradeInFlight,
  context: AzureContext,
): Promise<{ readonly upgrade: Upgrade; readonly flight?: UpgradeInFlight }> {
  const now = context.clock.now()
  if (now < flight.until) return { upgrade: { is: 'running', again: flight.until }, flight }
  const cluster = context.store.get(member.clusterResourceId)
  if (!cluster) return failed('ResourceNotFound', `The cluster ${member.clusterResourceId} was not found.`)
  const { done, blocked } = (await context.hooks.managedCluster?.upgrade?.(cluster, flight.target)) ?? { done: true }
  if (done) {
    settle(cluster, flight.target, context)
    return { upgrade: { is: 'done' } }
  }
  const blockedSince = blocked === undefined ? undefined : (flight.blockedSince ?? now)
  if (blocked !== undefined && blockedSince !== undefined && now - blockedSince >= drainTimeout[context.durations]) {
    mark(cluster, 'Failed', context)
    // The service names its own pages here; the words of the API server are the ones that matter.
    return failed('UpgradeFailed', `Drain of a node failed: ${blocked}`)
  }
  const { blockedSince: _, ...rest } = flight
  return { upgrade: { is: 'running', again: now + lookAgain }, flight: { ...rest, ...(blockedSince === undefined ? {} : { blockedSince }) } }
}

/** When the cluster's own maintenance window for this sort of upgrade is open; undefined where it has none. */
function windowOf(cluster: Resource, { type }: UpgradeGoal, context: AzureContext): number | undefined {
  const name = type === 'NodeImageOnly' ? 'aksManagedNodeOSUpgradeSchedule' : 'aksManagedAutoUpgradeSchedule'
  const configuration = context.store.get(`${cluster.id}/maintenanceConfigurations/${name}`)
  return configuration && nextOpening(propertiesOf(configuration), context.clock.now())
}

/** The words are ours: no recording shows the service's. */
function closed(member: string, opens: number): { readonly code: string; readonly message: string } {
  const when = `${new Date(opens).toISOString().slice(0, 19)}Z`
  return { code: 'MaintenanceWindowClosed', message: `set member: ${member} to Pending: the maintenance window of its cluster opens at ${when}` }
}

function targetOf(cluster: Resource, goal: UpgradeGoal, context: AzureContext): { readonly target: UpgradeTarget } | { readonly refused: string } {
  const current = String(propertiesOf(cluster).currentKubernetesVersion)
  const own = context.store.children(cluster.id, pools).map(propertiesOf)
  const count = own.reduce((sum, pool) => sum + Number(pool.count ?? 0), 0)
  if (goal.type === 'NodeImageOnly') {
    const old = own.some(({ nodeImageVersion }) => nodeImageVersion !== nodeImages.latest)
    return { target: old ? { nodes: { version: current, image: nodeImages.latest, count } } : {} }
  }
  const wanted = fullVersion(goal.kubernetesVersion ?? '') ?? goal.kubernetesVersion ?? ''
  const next = upgradesFrom(current)
  if (wanted !== current && !next.includes(wanted)) return { refused: upgradeRefused(current, wanted, next).body.message }
  const controlPlane = wanted === current ? {} : { controlPlane: wanted }
  if (goal.type === 'ControlPlaneOnly') return { target: controlPlane }
  const behind = own.some(
    ({ currentOrchestratorVersion, nodeImageVersion }) =>
      compareVersions(String(currentOrchestratorVersion), wanted) < 0 || nodeImageVersion !== nodeImages.latest,
  )
  return { target: { ...controlPlane, ...(behind ? { nodes: { version: wanted, image: nodeImages.latest, count } } : {}) } }
}

function settle(cluster: Resource, { controlPlane, nodes }: UpgradeTarget, context: AzureContext): void {
  for (const pool of nodes ? context.store.children(cluster.id, pools) : []) {
    const versions = { orchestratorVersion: nodes?.version, currentOrchestratorVersion: nodes?.version, nodeImageVersion: nodes?.image } as JsonObject
    put(pool, { ...versions, provisioningState: 'Succeeded', eTag: context.requestId() }, context)
  }
  const versions = controlPlane === undefined ? {} : { kubernetesVersion: controlPlane, currentKubernetesVersion: controlPlane }
  put(cluster, { ...versions, provisioningState: 'Succeeded' }, context)
  mark(cluster, 'Succeeded', context)
}

function mark(cluster: Resource, state: string, context: AzureContext): void {
  for (const one of [cluster, ...context.store.children(cluster.id, pools)]) put(one, { provisioningState: state }, context)
}

function put({ id }: Resource, change: JsonObject, context: AzureContext): void {
  const now = context.store.get(id)
  if (now) context.store.put({ ...now, body: { ...now.body, properties: { ...propertiesOf(now), ...change } } })
}

/** As the documentation's sample has it. */
function alreadyThere(cluster: Resource, context: AzureContext): string {
  const [pool] = context.store.children(cluster.id, pools)
  const image = String(pool && propertiesOf(pool).nodeImageVersion)
  return `Skipped upgrade of following agent pool(s): current node image version "${image}" of agent pool "${pool?.body.name ?? ''}" is already at or ahead of target upgrade version "${nodeImages.latest}".`
}

function failed(code: string, message: string): { readonly upgrade: Upgrade } {
  return { upgrade: { is: 'failed', code, message } }
}
