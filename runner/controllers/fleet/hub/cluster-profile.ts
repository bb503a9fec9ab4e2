// Shows each joined member as a ClusterProfile of the cluster inventory API, in fleet-system.
import { equal } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { type Condition, conditionsOf, findCondition, setCondition } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { finalizers, managers, systemNamespace } from '../names.ts'
import { clusterProfiles, memberClusters } from '../resources.ts'
import { isUnderDeletion } from './keys.ts'

/** Keys are names of members. */
export const clusterProfile: ControllerDefinition = defineController({
  name: 'fleet-cluster-profile',
  fieldManager: managers.hub,
  watches: [{ resource: memberClusters }, { resource: clusterProfiles, keys: ({ metadata }, change) => (change === 'DELETED' ? [metadata.name ?? ''] : []) }],
  async reconcile(key, context) {
    const member = await context.client.get(memberClusters, { name: key })
    if (!member) return undefined
    if (isUnderDeletion(member)) await remove(member, context)
    else if (findCondition(conditionsOf(member), 'Joined')?.status === 'True') await show(member, context)
    return undefined
  },
})

async function show(member: KubernetesObject, { client, clock }: ControllerContext): Promise<void> {
  const name = member.metadata.name ?? ''
  if (!hasFinalizer(member, finalizers.clusterProfile)) await client.update(memberClusters, withFinalizer(member, finalizers.clusterProfile))
  const key = { name, namespace: systemNamespace }
  const profile = (await client.get(clusterProfiles, key)) ?? (await client.create(clusterProfiles, profileObject(name)))
  const condition = { ...health(member, clock.now()), observedGeneration: profile.metadata.generation ?? 0 }
  const kubernetes = at(member, 'status', 'properties', 'k8s.io/k8s-version', 'value')
  const version = kubernetes === undefined ? {} : { kubernetes }
  const status = { conditions: setCondition(conditionsOf(profile), condition, clock.now()), version }
  if (!equal(status, profile.status)) await client.update(clusterProfiles, { ...profile, status }, { subresource: 'status' })
}

function profileObject(name: string): KubernetesObject {
  return {
    apiVersion: 'multicluster.x-k8s.io/v1alpha1',
    kind: clusterProfiles.kind,
    metadata: { name, namespace: systemNamespace, labels: { 'x-k8s.io/cluster-manager': 'KubeFleet' } },
    spec: { clusterManager: { name: 'KubeFleet' }, displayName: name },
  }
}

/** How long an agent may be silent before its profile says that it is lost, ms. */
const patience = 300_000

/** What a profile says of a member's health, as its agent reports it (world time, ms). */
export function health(member: KubernetesObject, now: number): Condition {
  const agents = (at(member, 'status', 'agentStatus') ?? []) as readonly Agent[]
  const agent = agents.find(({ type }) => type === 'MemberAgent')
  const healthy = findCondition(agent?.conditions ?? [], 'Healthy')
  const say = (status: Condition['status'], reason: string, what: string): Condition => {
    return { type: 'ControlPlaneHealthy', status, reason, message: `The Fleet member agent ${what}` }
  }
  if (!agent) return say('Unknown', 'MemberAgentReportedNoStatus', 'has not reported its status yet')
  if (!healthy) return say('Unknown', 'MemberAgentReportedNoHealthInfo', 'has reported its status, but the health condition is missing')
  const silence = now - Date.parse(agent.lastReceivedHeartbeat ?? '')
  if (!(silence <= patience)) return say('False', 'MemberAgentHeartbeatLost', 'has lost its heartbeat connection to the Fleet hub cluster')
  if (healthy.status === 'Unknown') return say('Unknown', 'MemberAgentReportedNoHealthInfo', 'health check result is out of date or unknown')
  if (healthy.status === 'False') return say('False', 'MemberClusterAPIServerUnhealthy', 'reports that the API server is unhealthy')
  return say('True', 'MemberClusterAPIServerHealthy', 'reports that the API server is healthy')
}

interface Agent {
  readonly type?: string
  readonly lastReceivedHeartbeat?: string
  readonly conditions?: readonly Condition[]
}

async function remove(member: KubernetesObject, { client }: ControllerContext): Promise<void> {
  if (!hasFinalizer(member, finalizers.clusterProfile)) return
  const key = { name: member.metadata.name ?? '', namespace: systemNamespace }
  if (await client.get(clusterProfiles, key)) await client.delete(clusterProfiles, key)
  await client.update(memberClusters, withoutFinalizer(member, finalizers.clusterProfile))
}
