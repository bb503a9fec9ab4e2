// Every condition that a fleet's objects may show, word by word: placements, clusters in them, bindings, Works, manifests, members, profiles.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Condition, conditionsOf } from '#runner/controllers/fleet/conditions.ts'
import { summarizeWorks } from '#runner/controllers/fleet/hub/binding-status.ts'
import { health } from '#runner/controllers/fleet/hub/cluster-profile.ts'
import { memberStatus } from '#runner/controllers/fleet/hub/member-status.ts'
import { eventOf, placementCondition, type Step, unknownClusterCondition } from '#runner/controllers/fleet/hub/placement-conditions.ts'
import type { Outcome } from '#runner/controllers/fleet/member/manifests.ts'
import { workSizeLimit } from '#runner/controllers/fleet/member/trim-status.ts'
import { workStatus } from '#runner/controllers/fleet/member/work-status.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'

const now = Date.parse('2026-03-02T08:00:00Z')
const told = ({ status, reason, message }: Pick<Condition, 'status' | 'reason' | 'message'>): string => `${status} ${reason}: ${message}`

const steps: Readonly<Record<Step, readonly string[]>> = {
  RolloutStarted: [
    'Unknown RolloutStartedUnknown: There are still 3 cluster(s) in the process of deciding whether to roll out the latest resources or not',
    'False RolloutNotStartedYet: The rollout is being blocked by the rollout strategy in 3 cluster(s)',
    'True RolloutStarted: All 3 cluster(s) start rolling out the latest resource',
    'In the process of deciding whether to roll out some version of the resources or not',
    'PlacementRolloutStarted Started rolling out the latest resources',
  ],
  Overridden: [
    'Unknown OverriddenPending: There are still 3 cluster(s) in the process of overriding the selected resources if there is any override defined',
    'False OverriddenFailed: Failed to override resources in 3 cluster(s)',
    'True OverriddenSucceeded: The selected resources are successfully overridden in 3 cluster(s)',
    'In the process of overriding the selected resources if there is any override defined',
    'PlacementOverriddenSucceeded Placement has been successfully overridden',
  ],
  WorkSynchronized: [
    'Unknown WorkSynchronizedUnknown: There are still 3 cluster(s) in the process of creating or updating the work object(s) in the hub cluster',
    'False WorkNotSynchronizedYet: There are 3 cluster(s) which have not finished creating or updating work(s) yet',
    "True WorkSynchronized: Work(s) are successfully created or updated in 3 target cluster(s)' namespaces",
    'In the process of creating or updating the work object(s) in the hub cluster',
    'PlacementWorkSynchronized Work(s) have been created or updated successfully for the selected cluster(s)',
  ],
  Applied: [
    'Unknown ApplyPending: There are still 3 cluster(s) in the process of applying the resources on the member cluster',
    'False ApplyFailed: Failed to apply resources to 3 cluster(s), please check the `failedPlacements` status',
    'True ApplySucceeded: The selected resources are successfully applied to 3 cluster(s)',
    'In the process of applying the resources on the member cluster',
    'PlacementApplied Resources have been applied to the selected cluster(s)',
  ],
  Available: [
    'Unknown ResourceAvailableUnknown: There are still 3 cluster(s) in the process of checking the availability of the selected resources',
    'False ResourceNotAvailableYet: The selected resources in 3 cluster(s) are still not available yet',
    'True ResourceAvailable: The selected resources in 3 cluster(s) are available now',
    'The availability of the selected resources is unknown yet ',
    'PlacementAvailable Resources are available on the selected cluster(s)',
  ],
  DiffReported: [
    'Unknown DiffReportingPending: There are still 3 cluster(s) in the process of checking for configuration differences',
    'False DiffReportingIncompleteOrFailed: Diff reporting in 3 clusters is still in progress or has failed',
    'True DiffReportingCompleted: Diff reporting in 3 cluster(s) has been completed',
    'Diff reporting has just started; its status is not yet to be known',
    'undefined undefined',
  ],
}

describe('a placement says of each step how many clusters are where', () => {
  for (const kind of ['ClusterResourcePlacement', 'ResourcePlacement']) {
    for (const [step, [unknown, no, yes, cluster, event]] of Object.entries(steps) as readonly (readonly [Step, readonly string[]])[]) {
      test(`${kind} ${step}`, () => {
        const said = (['Unknown', 'False', 'True'] as const).map((status) => placementCondition({ kind, metadata: { generation: 4 } }, step, status, 3))
        assert.deepEqual(said.map(told), [unknown, no, yes])
        assert.deepEqual(
          said.map(({ type, observedGeneration }) => [type, observedGeneration]),
          said.map(() => [`${kind}${step}`, 4]),
        )
        assert.equal(unknownClusterCondition(step, 4).message, cluster)
        assert.equal(`${eventOf(step)?.reason} ${eventOf(step)?.message}`, event)
      })
    }
  }
})

const work = (name: string, conditions: readonly object[] = []) =>
  ({ apiVersion: 'v1', kind: 'Work', metadata: { name, generation: 2 }, status: { conditions } }) as unknown as KubernetesObject
const is = (type: string, status: string, reason = 'x', observedGeneration = 2) => ({ type, status, reason, message: '', observedGeneration })
const applied = is('Applied', 'True')

const bindings: readonly (readonly [what: string, works: readonly KubernetesObject[], reportDiff: boolean, said: string])[] = [
  ['no pass yet', [work('w')], false, 'False NotAllWorkHaveBeenApplied: Work object w has not yet completed the apply op'],
  [
    'a pass of an older generation',
    [work('w', [is('Applied', 'True', 'x', 1)])],
    false,
    'False NotAllWorkHaveBeenApplied: Work object w has not yet completed the apply op',
  ],
  ['a failure', [work('v', [applied]), work('w', [is('Applied', 'False')])], false, 'False NotAllWorkHaveBeenApplied: Work object w has failed to apply'],
  ['no availability yet', [work('w', [applied])], false, 'False NotAllWorkAreAvailable: Work object w has not yet completed availability check'],
  ['what is not available', [work('w', [applied, is('Available', 'False')])], false, 'False NotAllWorkAreAvailable: Work object w is not yet available'],
  [
    'what cannot be tracked',
    [work('v', [applied, is('Available', 'True')]), work('w', [applied, is('Available', 'True', 'WorkNotTrackable')])],
    false,
    'True NotAllWorkAreAvailabilityTrackable: The availability of work object w is not trackable',
  ],
  ['all of it', [work('w', [applied, is('Available', 'True')])], false, 'True AllWorkAreAvailable: All corresponding work objects are available'],
  ['no report yet', [work('w')], true, 'False NotAllWorkHaveDiffReported: Work object w has not yet completed diff reporting'],
  ['a report that failed', [work('w', [is('DiffReported', 'False')])], true, 'False NotAllWorkHaveDiffReported: Work object w has failed to report diff'],
  ['a report', [work('w', [is('DiffReported', 'True')])], true, 'True AllWorkHaveDiffReported: All corresponding work objects have reported diff'],
]

describe('a binding sums its Works up', () => {
  for (const [what, works, reportDiff, said] of bindings) {
    test(what, () => {
      const last = summarizeWorks(works, { reportDiff, observedGeneration: 5 }).conditions.at(-1)
      assert.ok(last)
      assert.deepEqual([told(last), last.observedGeneration], [said, 5])
    })
  }
})

const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', generation: 7 } } as KubernetesObject
const passOf = (outcomes: readonly Outcome[], reportDiff = false) => {
  const processed = outcomes.map((outcome, ordinal) => ({
    manifest: { ordinal, object, resource: undefined, identifier: { ordinal, kind: 'ConfigMap', name: `a${ordinal}`, version: 'v1' } },
    outcome,
  }))
  return workStatus(work('w'), processed, { reportDiff, now })
}
const manifest = (status: object, index = 0) => (at(status, 'manifestConditions', String(index), 'conditions') ?? []) as readonly Condition[]
const ok: Outcome = { result: 'Applied', object, availability: 'Available' }

const passes: readonly (readonly [
  what: string,
  outcomes: readonly Outcome[],
  reportDiff: boolean,
  ofWork: readonly string[],
  ofManifest: readonly string[],
])[] = [
  [
    'all is applied and available',
    [ok],
    false,
    ['True AllManifestsApplied: All the specified manifests have been applied', 'True AllManifestsAvailable: All of the applied manifests are available'],
    ['True Applied: Manifest has been applied successfully', 'True Available: Manifest is available'],
  ],
  [
    'one is not available yet',
    [{ ...ok, availability: 'ManifestNotAvailableYet' }, ok],
    false,
    [
      'True AllManifestsApplied: All the specified manifests have been applied',
      'False SomeManifestsAreNotAvailable: Some manifests are not available (1 of 2 manifests are available)',
    ],
    ['True Applied: Manifest has been applied successfully', 'False ManifestNotAvailableYet: Manifest is not yet available; Fleet will check again later'],
  ],
  [
    'one cannot be tracked',
    [{ ...ok, availability: 'NotTrackable' }, ok],
    false,
    [
      'True AllManifestsApplied: All the specified manifests have been applied',
      'True WorkNotTrackable: Some of the applied manifests cannot be tracked for availability',
    ],
    [
      'True Applied: Manifest has been applied successfully',
      "True NotTrackable: Manifest's availability is not trackable; Fleet assumes that the applied manifest is available",
    ],
  ],
  [
    'one failed',
    [{ result: 'ManifestApplyFailed', error: 'no' }, ok],
    false,
    ['False SomeManifestsAreNotApplied: Failed to apply all manifests (1 of 2 manifests are applied)'],
    ['False ManifestApplyFailed: Failed to apply the manifest (error: no)'],
  ],
  [
    'nothing differs',
    [{ result: 'NoDiffFound', object }],
    true,
    ['True AllManifestsDiffReported: All the specified manifests have reported diff'],
    ['True NoDiffFound: No diff has been found between the hub cluster and the member cluster'],
  ],
  [
    'something differs',
    [{ result: 'FoundDiff', object, diffs: [{ path: '/data' }] }],
    true,
    ['True AllManifestsDiffReported: All the specified manifests have reported diff'],
    ['True FoundDiff: Diff has been found between the hub cluster and the member cluster'],
  ],
  [
    'something differs that the member would refuse',
    [{ result: 'FoundDiffInDegradedMode', object, diffs: [{ path: '/data' }] }],
    true,
    ['True AllManifestsDiffReported: All the specified manifests have reported diff'],
    [
      'True FoundDiffInDegradedMode: Diff has been found in degraded mode: cannot perform partial comparison as the member cluster API server rejected the manifest object (object is invalid)',
    ],
  ],
  [
    'a report is blocked',
    [
      { result: 'DecodingErred', error: 'no' },
      { result: 'NoDiffFound', object },
    ],
    true,
    ['False SomeManifestsHaveNotReportedDiff: Failed to report diff on all manifests (1 of 2 manifests have reported diff)'],
    ['False FailedToReportDiff: An error blocks the diff reporting process (DecodingErred, error: no)'],
  ],
]

describe('a Work and its first manifest say what a pass came to', () => {
  for (const [what, outcomes, reportDiff, ofWork, ofManifest] of passes) {
    test(what, () => {
      const status = passOf(outcomes, reportDiff)
      assert.deepEqual(conditionsOf({ status }).map(told), ofWork)
      assert.deepEqual(manifest(status).map(told), ofManifest)
    })
  }

  for (const result of ['FoundGenerateName', 'Duplicated', 'FailedToFindObjInMemberCluster', 'FailedToTakeOver', 'NotTakenOver', 'FoundDrifts'] as const) {
    test(`a manifest that is not applied: ${result}`, () => {
      assert.deepEqual(manifest(passOf([{ result, error: 'why' }])).map(told), [`False ${result}: Failed to apply the manifest (error: why)`])
    })
  }
})

test('a Work that would be too large with its report keeps the first path of each, and says so until it is small again', () => {
  const diffs = [{ path: '/data/one', valueInHub: 'x'.repeat(workSizeLimit) }, { path: '/data/two' }, { path: '/data/three' }]
  const status = passOf([{ ...ok, diffs, drifts: diffs.slice(0, 1) }])
  const trimmed = conditionsOf({ status }).find(({ type }) => type === 'StatusTrimmed')
  assert.match(
    told(trimmed ?? (ok.object as never)),
    /^True Oversized: The status data \(drift\/diff details and back-reported status\) has been trimmed due to size constraints \(\d+ bytes over limit 1415578\)$/,
  )
  const omitted = { valueInHub: '(omitted)', valueInMember: '(omitted)' }
  assert.deepEqual(at(status, 'manifestConditions', '0', 'diffDetails', 'observedDiffs'), [{ path: '/data/one and 2 more path(s)', ...omitted }])
  assert.deepEqual(at(status, 'manifestConditions', '0', 'driftDetails', 'observedDrifts'), [{ path: '/data/one', ...omitted }])
  assert.ok(!conditionsOf({ status: passOf([ok]) }).some(({ type }) => type === 'StatusTrimmed'))
})

const member = { apiVersion: 'v1', kind: 'MemberCluster', metadata: { name: 'm', generation: 3 } } as KubernetesObject
const internal = (...agentStatus: readonly object[]) =>
  ({ apiVersion: 'v1', kind: 'InternalMemberCluster', metadata: { name: 'm' }, status: { agentStatus } }) as unknown as KubernetesObject
const agent = (conditions: readonly object[], lastReceivedHeartbeat = '2026-03-02T07:59:50Z') => ({ type: 'MemberAgent', lastReceivedHeartbeat, conditions })
const ready = 'True MemberClusterReadyToJoin: Member cluster is ready to join the fleet'

const members: readonly (readonly [what: string, internal: KubernetesObject | undefined, said: readonly string[]])[] = [
  ['nothing yet', undefined, [ready]],
  ['no agent', internal(), [ready, 'Unknown MemberClusterJoinStateUnknown: Member cluster m has not reported all the expected agents, expected 1, got 0']],
  [
    'an agent that says nothing of joining',
    internal(agent([])),
    [ready, 'Unknown MemberClusterJoinStateUnknown: Member cluster m has not reported the join condition for agent MemberAgent'],
  ],
  [
    'an agent that does not know',
    internal(agent([is('Joined', 'Unknown')])),
    [ready, 'Unknown MemberClusterJoinStateUnknown: Member agents are not in a consistent state'],
  ],
  ['an agent that has joined', internal(agent([is('Joined', 'True')])), [ready, 'True MemberClusterJoined: Member cluster has successfully joined the fleet']],
  [
    'an agent that has left',
    internal(agent([is('Joined', 'False')])),
    ['False MemberClusterNotReadyToJoin: Member cluster is not ready to join the fleet', 'False MemberClusterLeft: Member cluster has left the fleet'],
  ],
]

describe('a member says how far it has joined', () => {
  for (const [what, reported, said] of members) {
    test(what, () => {
      const status = memberStatus(member, { internal: reported, ready: true, now })
      assert.deepEqual(conditionsOf({ status }).map(told), said)
      assert.ok(conditionsOf({ status }).every(({ observedGeneration }) => observedGeneration === 3))
    })
  }
})

const healthOf = (status: string) => [is('Healthy', status)]
const profiles: readonly (readonly [what: string, agents: readonly object[], said: string])[] = [
  ['no agent', [], 'Unknown MemberAgentReportedNoStatus: The Fleet member agent has not reported its status yet'],
  [
    'an agent that says nothing of health',
    [agent([])],
    'Unknown MemberAgentReportedNoHealthInfo: The Fleet member agent has reported its status, but the health condition is missing',
  ],
  [
    'a silent agent',
    [agent(healthOf('True'), '2026-03-02T07:54:59Z')],
    'False MemberAgentHeartbeatLost: The Fleet member agent has lost its heartbeat connection to the Fleet hub cluster',
  ],
  [
    'an agent that does not know',
    [agent(healthOf('Unknown'))],
    'Unknown MemberAgentReportedNoHealthInfo: The Fleet member agent health check result is out of date or unknown',
  ],
  ['an ill server', [agent(healthOf('False'))], 'False MemberClusterAPIServerUnhealthy: The Fleet member agent reports that the API server is unhealthy'],
  ['a server that is well', [agent(healthOf('True'))], 'True MemberClusterAPIServerHealthy: The Fleet member agent reports that the API server is healthy'],
]

describe('a profile says how its member is', () => {
  for (const [what, agents, said] of profiles) test(what, () => assert.equal(told(health(internal(...agents), now)), said))
})
