import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlacementPolicy } from '#runner/controllers/fleet/hub/placement-spec.ts'
import { type ScheduleGround, schedule } from '#runner/controllers/fleet/hub/schedule.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'

function member(name: string, more: { labels?: Record<string, string>; taints?: unknown[]; joined?: boolean } = {}): KubernetesObject {
  const conditions = [
    { type: 'Healthy', status: 'True' },
    { type: 'Joined', status: more.joined === false ? 'False' : 'True' },
  ]
  return {
    apiVersion: 'cluster.kubernetes-fleet.io/v1beta1',
    kind: 'MemberCluster',
    metadata: { name, labels: more.labels ?? {} },
    spec: { taints: more.taints ?? [] },
    status: { agentStatus: [{ type: 'MemberAgent', conditions }] },
  }
}

function run(policy: object | undefined, members: readonly KubernetesObject[], more: Partial<ScheduleGround> = {}) {
  return schedule({ policy: policy as PlacementPolicy | undefined, policySnapshot: 'web-0', members, bindings: [], reported: [], now: 0, ...more })
}

const names = (result: ReturnType<typeof run>): string[] => result.create.map(({ clusterName }) => clusterName)

test('PickAll takes every member that has joined, by name', () => {
  const result = run(undefined, [member('west'), member('east'), member('gone', { joined: false })])
  assert.deepEqual(names(result), ['east', 'west'])
  assert.equal(result.fulfilled, true)
  assert.equal(
    result.decisions[0]?.reason,
    'Successfully scheduled resources for placement in "east" (affinity score: 0, topology spread score: 0): picked by scheduling policy',
  )
  assert.equal(result.decisions[2]?.reason, 'ClusterUnschedulable, cluster is not connected to the fleet: member agent not joined yet')
})

test('PickAll leaves out what is tainted and not tolerated', () => {
  const tainted = member('east', { taints: [{ key: 'cordon-key', value: 'cordon-value', effect: 'NoSchedule' }] })
  const result = run({ placementType: 'PickAll' }, [tainted])
  assert.equal(result.decisions[0]?.reason, 'ClusterUnschedulable, taint &{Key:cordon-key Value:cordon-value Effect:NoSchedule} cannot be tolerated')
  assert.deepEqual(names(run({ placementType: 'PickAll', tolerations: [{ operator: 'Exists' }] }, [tainted])), ['east'])
})

test('required affinity picks by labels', () => {
  const terms = [{ labelSelector: { matchLabels: { tier: 'gold' } } }]
  const affinity = { clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { clusterSelectorTerms: terms } } }
  assert.deepEqual(names(run({ placementType: 'PickAll', affinity }, [member('a', { labels: { tier: 'gold' } }), member('b')])), ['a'])
})

test('PickN breaks ties towards the larger name and tells the others that they score too low', () => {
  const result = run({ placementType: 'PickN', numberOfClusters: 1 }, [member('east'), member('west')])
  assert.deepEqual(names(result), ['west'])
  assert.equal(result.decisions[1]?.reason, 'Cluster "east" does not score high enough (affinity score: 0, topology spread score: 0)')
})

test('PickFixed names what is not there', () => {
  const result = run({ placementType: 'PickFixed', clusterNames: ['east', 'north'] }, [member('east')])
  assert.equal(result.fulfilled, false)
  assert.deepEqual(names(result), ['east'])
  assert.equal(result.decisions[1]?.reason, 'Specified cluster "north" is not found')
})

test('a cluster that has the placement keeps it when it is tainted, and loses it when it is gone', () => {
  const binding: KubernetesObject = {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourceBinding',
    metadata: { name: 'web-east-1' },
    spec: {
      state: 'Bound',
      targetCluster: 'east',
      schedulingPolicySnapshotName: 'web-0',
      clusterDecision: { clusterName: 'east', reason: 'picked', selected: true },
    },
  }
  const tainted = member('east', { taints: [{ key: 'k', effect: 'NoSchedule' }] })
  const kept = run(undefined, [tainted], { bindings: [binding] })
  assert.deepEqual([kept.create.length, kept.drop.length, kept.decisions.length], [0, 0, 1])
  assert.deepEqual(run(undefined, [], { bindings: [binding] }).drop, [binding])
})
