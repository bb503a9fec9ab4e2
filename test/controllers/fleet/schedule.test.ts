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

const usage = (cpu: string) => ({ resourceUsage: { available: { cpu } }, properties: { 'kubernetes-fleet.io/node-count': { value: cpu } } })

function sized(name: string, cpu: string, labels: Record<string, string> = {}): KubernetesObject {
  const found = member(name, { labels })
  return { ...found, status: { ...(found.status as object), ...usage(cpu) } }
}

const required = (...matchExpressions: readonly object[]) => ({
  placementType: 'PickAll',
  affinity: { clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { clusterSelectorTerms: [{ propertySelector: { matchExpressions } }] } } },
})

for (const [operator, values, expected] of [
  ['Gt', ['2'], ['c']],
  ['Ge', ['2'], ['b', 'c']],
  ['Lt', ['2'], ['a']],
  ['Le', ['2000m'], ['a', 'b']],
  ['Eq', ['2000m'], ['b']],
  ['Ne', ['2'], ['a', 'c']],
] as const) {
  for (const name of ['resources.kubernetes-fleet.io/available-cpu', 'kubernetes-fleet.io/node-count']) {
    test(`required affinity: ${name} ${operator} ${values[0]} lets in ${expected.join(' and ')}`, () => {
      const result = run(required({ name, operator, values }), [sized('a', '1'), sized('b', '2'), sized('c', '3'), member('unknown')])
      assert.deepEqual(names(result), expected)
    })
  }
}

const preferred = (numberOfClusters: number, ...terms: readonly object[]) => ({
  placementType: 'PickN',
  numberOfClusters,
  affinity: { clusterAffinity: { preferredDuringSchedulingIgnoredDuringExecution: terms } },
})

const scores = (result: ReturnType<typeof run>) => result.decisions.map(({ clusterName, clusterScore }) => `${clusterName} ${clusterScore?.affinityScore}`)

for (const [sortOrder, expected] of [
  ['Descending', ['c 100', 'b 50', 'a 0', 'unknown 0']],
  ['Ascending', ['a 100', 'b 50', 'unknown 0', 'c 0']],
] as const) {
  test(`preferred affinity: a property sorted ${sortOrder} gives weights between the extremes`, () => {
    const sorter = { propertySorter: { name: 'resources.kubernetes-fleet.io/available-cpu', sortOrder } }
    const members = [sized('a', '1'), sized('b', '2'), sized('c', '3'), member('unknown')]
    const result = run(preferred(4, { weight: 100, preference: sorter }), members)
    assert.deepEqual(scores(result).toSorted(), [...expected].sort())
    assert.equal(scores(result)[0], expected[0])
  })
}

test('preferred affinity: weights add up, and may be negative', () => {
  const term = (weight: number, matchLabels: object) => ({ weight, preference: { labelSelector: { matchLabels } } })
  const result = run(preferred(2, term(20, { a: '1' }), term(10, { b: '1' }), term(-50, { c: '1' })), [
    member('both', { labels: { a: '1', b: '1' } }),
    member('none'),
    member('bad', { labels: { a: '1', c: '1' } }),
  ])
  assert.deepEqual(scores(result), ['both 30', 'none 0', 'bad -30'])
})

const spread = (numberOfClusters: number, whenUnsatisfiable: string, maxSkew = 1) => ({
  placementType: 'PickN',
  numberOfClusters,
  topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew, whenUnsatisfiable }],
})

const zoned = [...['a', 'b', 'c'].map((name) => member(name, { labels: { zone: 'one' } })), member('d', { labels: { zone: 'two' } }), member('elsewhere')]

test('topology spread: what would skew the spread is not picked, and a cluster outside it always may be', () => {
  const result = run(spread(5, 'DoNotSchedule'), zoned)
  assert.deepEqual(names(result).toSorted(), ['b', 'c', 'd', 'elsewhere'])
  assert.equal(result.fulfilled, false)
  assert.equal(result.decisions.at(-1)?.reason, 'ClusterUnschedulable, violated doNotSchedule topology spread constraint "zone" (max skew 1)')
})

test('topology spread: ScheduleAnyway picks it at a cost', () => {
  const result = run(spread(5, 'ScheduleAnyway'), zoned)
  assert.equal(result.fulfilled, true)
  const spreads = result.decisions.map(({ clusterName, clusterScore }) => `${clusterName} ${clusterScore?.priorityScore}`)
  assert.deepEqual(spreads, ['a -1000', 'b -1', 'c 1', 'd -1', 'elsewhere 0'])
})

const silent = (minutes: number) => ({ lastReceivedHeartbeat: new Date(-minutes * 60_000).toISOString() })

for (const [what, agent, reason] of [
  ['no agent', undefined, 'cluster is not connected to the fleet: member agent not online yet'],
  ['a silent agent', { ...silent(6.5) }, 'cluster is not connected to the fleet: no recent heartbeat signals (last received 6.50 minutes ago)'],
  ['an agent that has not joined', { ...silent(1), conditions: [] }, 'cluster is not connected to the fleet: member agent not joined yet'],
  [
    'an agent without a word of health',
    { ...silent(1), conditions: [{ type: 'Joined', status: 'True' }] },
    'cluster is not connected to the fleet: health condition from member agent is not available',
  ],
  [
    'a cluster that is ill for long',
    {
      ...silent(1),
      conditions: [
        { type: 'Joined', status: 'True' },
        { type: 'Healthy', status: 'False', lastTransitionTime: new Date(-600_000).toISOString() },
      ],
    },
    'cluster is not connected to the fleet: unhealthy for a prolonged period of time (last transitioned 10.00 minutes ago)',
  ],
] as const) {
  test(`a member with ${what} is not picked`, () => {
    const found = { ...member('east'), status: { agentStatus: agent ? [{ type: 'MemberAgent', ...agent }] : [] } }
    assert.equal(run(undefined, [found]).decisions[0]?.reason, `ClusterUnschedulable, ${reason}`)
    const fixed = run({ placementType: 'PickFixed', clusterNames: ['east'] }, [found]).decisions[0]?.reason
    assert.equal(fixed, `Cluster "east" is not eligible for resource placement yet: ${reason}`)
  })
}

for (const [toleration, tolerated] of [
  [{ operator: 'Exists' }, true],
  [{ key: 'k', operator: 'Exists' }, true],
  [{ key: 'k', value: 'v' }, true],
  [{ key: 'k', value: 'v', effect: 'NoSchedule' }, true],
  [{ key: 'k', value: 'w' }, false],
  [{ key: 'other', operator: 'Exists' }, false],
] as const) {
  test(`a taint k=v is ${tolerated ? '' : 'not '}tolerated by ${JSON.stringify(toleration)}`, () => {
    const tainted = member('east', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] })
    assert.equal(names(run({ placementType: 'PickAll', tolerations: [toleration] }, [tainted])).length, tolerated ? 1 : 0)
  })
}

test('fewer clusters: those not yet bound go first, then the lowest score, then the smaller name', () => {
  const bindingOf = (name: string, state: string, affinityScore: number): KubernetesObject => ({
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourceBinding',
    metadata: { name: `web-${name}` },
    spec: {
      state,
      targetCluster: name,
      schedulingPolicySnapshotName: 'web-0',
      clusterDecision: { clusterName: name, reason: '', selected: true, clusterScore: { affinityScore, priorityScore: 0 } },
    },
  })
  const bindings = [bindingOf('a', 'Bound', 0), bindingOf('b', 'Bound', 0), bindingOf('c', 'Bound', 10), bindingOf('d', 'Scheduled', 99)]
  const members = ['a', 'b', 'c', 'd'].map((name) => member(name))
  const left = (numberOfClusters: number) => {
    const { drop } = run({ placementType: 'PickN', numberOfClusters }, members, { bindings })
    return ['a', 'b', 'c', 'd'].filter((name) => !drop.some(({ metadata }) => metadata.name === `web-${name}`))
  }
  assert.deepEqual([left(3), left(2), left(1), left(0)], [['a', 'b', 'c'], ['b', 'c'], ['c'], []])
})

test('a changed policy prefers the clusters that have the placement already', () => {
  const binding: KubernetesObject = {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourceBinding',
    metadata: { name: 'web-a' },
    spec: { state: 'Bound', targetCluster: 'a', schedulingPolicySnapshotName: 'web-0' },
  }
  const result = run({ placementType: 'PickN', numberOfClusters: 1 }, [member('a'), member('z')], { bindings: [binding], policySnapshot: 'web-1' })
  assert.deepEqual([result.create.length, result.adopt.map(({ decision }) => decision.clusterName), result.drop.length], [0, ['a'], 0])
})
