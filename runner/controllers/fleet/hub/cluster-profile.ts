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
  watches: [{ resource: memberClusters }],
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
  const condition = { ...health(member), observedGeneration: profile.metadata.generation ?? 0 }
  const status = { conditions: setCondition(conditionsOf(profile), condition, clock.now()), version: {} }
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

function health(member: KubernetesObject): Condition {
  const agents = (at(member, 'status', 'agentStatus') ?? []) as readonly { readonly conditions?: readonly Condition[] }[]
  const healthy = findCondition(agents[0]?.conditions ?? [], 'Healthy')?.status === 'True'
  const state = healthy ? 'healthy' : 'unhealthy'
  return {
    type: 'ControlPlaneHealthy',
    status: healthy ? 'True' : 'False',
    reason: healthy ? 'MemberClusterAPIServerHealthy' : 'MemberClusterAPIServerUnhealthy',
    message: `The Fleet member agent reports that the API server is ${state}`,
  }
}

async function remove(member: KubernetesObject, { client }: ControllerContext): Promise<void> {
  if (!hasFinalizer(member, finalizers.clusterProfile)) return
  const key = { name: member.metadata.name ?? '', namespace: systemNamespace }
  if (await client.get(clusterProfiles, key)) await client.delete(clusterProfiles, key)
  await client.update(memberClusters, withoutFinalizer(member, finalizers.clusterProfile))
}
