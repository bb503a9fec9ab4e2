// What the schemas of a hub refuse, and the rarer words of its webhooks: each line is a rule of KubeFleet's.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { memberClusterObject } from '#runner/controllers/fleet/index.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { change, fleetObject, make, placementOf } from '#test/support/fleet-objects.ts'
import { startFleet, type TestFleet } from '#test/support/start-fleet.ts'

type Refusal = readonly [what: string, object: KubernetesObject, message: string]

const placing = (policy: object): KubernetesObject => placementOf('app', { policy })
const selecting = (...resourceSelectors: readonly object[]): KubernetesObject => placementOf('app', { resourceSelectors })
const core = { group: '', version: 'v1' }
const namespace = (rest: object) => ({ ...core, kind: 'Namespace', ...rest })
const scope = { selectionScope: 'NamespaceWithResourceSelectors' }
const tolerating = (...tolerations: readonly object[]) => placing({ placementType: 'PickAll', tolerations })

const placements: readonly Refusal[] = [
  [
    'PickAll of a number',
    placing({ placementType: 'PickAll', numberOfClusters: 1 }),
    'clusterNames, numberOfClusters, and topologySpreadConstraints cannot be set when placementType is PickAll',
  ],
  [
    'PickFixed of a number',
    placing({ placementType: 'PickFixed', clusterNames: ['a'], numberOfClusters: 1 }),
    'affinity, numberOfClusters, topologySpreadConstraints, and tolerations cannot be set when placementType is PickFixed',
  ],
  ['PickN of no number', placing({ placementType: 'PickN' }), 'clusterNames cannot be set and numberOfClusters must be set when placementType is PickN'],
  ['a name that is none', placing({ placementType: 'PickFixed', clusterNames: ['A b'] }), 'PickFixed cluster name A b is not a valid member name'],
  [
    'a name that is too long',
    placing({ placementType: 'PickFixed', clusterNames: ['a'.repeat(64)] }),
    `PickFixed cluster name ${'a'.repeat(64)} cannot have length exceeding 63`,
  ],
  ['a placement with too long a name', placementOf('a'.repeat(64)), 'the name field cannot have length exceeding 63'],
  ['a toleration of all with a key missing', tolerating({ operator: 'Equal', value: 'x' }), 'operator must be Exists when key is empty'],
  ['a toleration of any value with a value', tolerating({ key: 'a', operator: 'Exists', value: 'x' }), 'value must be empty when operator is Exists'],
  [
    'two namespaces to select in',
    selecting(namespace({ name: 'a', ...scope }), namespace({ name: 'b', ...scope })),
    'only one namespace selector with NamespaceWithResourceSelectors mode is allowed',
  ],
  [
    'a namespace to select in by its labels',
    selecting(namespace({ labelSelector: { matchLabels: { a: 'b' } }, ...scope })),
    'namespace selector with NamespaceWithResourceSelectors mode must select by name (not by label)',
  ],
  [
    'a namespace to select in, and another',
    selecting(namespace({ name: 'a', ...scope }), namespace({ name: 'b' })),
    'when using NamespaceWithResourceSelectors mode, only one namespace selector is allowed (cannot mix with other namespace selectors)',
  ],
  ['no selector', selecting(), 'should have at least 1 items'],
  [
    'a number that is no quantity',
    placing({
      placementType: 'PickAll',
      affinity: {
        clusterAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            clusterSelectorTerms: [{ propertySelector: { matchExpressions: [{ name: 'x', operator: 'Gt', values: ['many'] }] } }],
          },
        },
      },
    }),
    'value "many" is not a valid resource.Quantity',
  ],
]

const rules = (rule: object, selector: object = { ...core, kind: 'ConfigMap', name: 'x' }) =>
  fleetObject('ResourceOverride', 'default/ro', { spec: { resourceSelectors: [selector], policy: { overrideRules: [rule] } } })
const ofCluster = (...clusterResourceSelectors: readonly object[]) =>
  fleetObject('ClusterResourceOverride', 'cro', { spec: { clusterResourceSelectors, policy: { overrideRules: [rule({})] } } })
const rule = (term: object | undefined) => ({
  clusterSelector: { clusterSelectorTerms: term && Object.keys(term).length > 0 ? [term] : [] },
  jsonPatchOverrides: [{ op: 'add', path: '/metadata/labels/a', value: 'b' }],
})
const role = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole' }

const overrides: readonly Refusal[] = [
  [
    'a term of properties, which the schema does not know',
    rules(rule({ propertySelector: { matchExpressions: [{ name: 'x', operator: 'Gt', values: ['1'] }] } })),
    'invalid clusterSelector {LabelSelector:nil PropertySelector:nil PropertySorter:nil}: labelSelector is required',
  ],
  ['what is selected by labels', ofCluster({ ...role, labelSelector: { matchLabels: { a: 'b' } } }), 'label selector is not supported for resource selection'],
  ['what is selected without a name', ofCluster(role), 'resource name is required for resource selection'],
  ['what is selected twice', ofCluster({ ...role, name: 'x' }, { ...role, name: 'x' }), 'already exists, and must be unique'],
]

const stages = (...list: readonly object[]) => fleetObject('ClusterStagedUpdateStrategy', 'strategy', { spec: { stages: list } })
const stage = (rest: object) => ({ name: 'one', ...rest })

const strategies: readonly Refusal[] = [
  [
    'an approval with a time',
    stages(stage({ afterStageTasks: [{ type: 'Approval', waitTime: '1m' }] })),
    'AfterStageTaskType is Approval, waitTime is not allowed',
  ],
  ['a wait without a time', stages(stage({ afterStageTasks: [{ type: 'TimedWait' }] })), 'AfterStageTaskType is TimedWait, waitTime is required'],
  ['a wait before a stage', stages(stage({ beforeStageTasks: [{ type: 'TimedWait', waitTime: '1m' }] })), 'BeforeStageTaskType cannot be TimedWait'],
  ['no cluster at once', stages(stage({ maxConcurrency: 0 })), 'maxConcurrency must be at least 1'],
  ['a name with a dash', stages({ name: 'stage-one' }), "should match '^[a-z0-9]+$'"],
  ['three tasks after a stage', stages(stage({ afterStageTasks: [1, 2, 3].map(() => ({ type: 'Approval' })) })), 'Too many: 3: must have at most 2 items'],
  ['two tasks before a stage', stages(stage({ beforeStageTasks: [1, 2].map(() => ({ type: 'Approval' })) })), 'Too many: 2: must have at most 1 item'],
]

const others: readonly Refusal[] = [
  [
    'a pod',
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'one', namespace: 'default' },
      spec: { containers: [{ name: 'one', image: 'nginx' }] },
    } as KubernetesObject,
    'admission webhook "fleet.pod.validating" denied the request: Pod default/one creation is disallowed in the fleet hub cluster',
  ],
  ['an empty envelope', fleetObject('ResourceEnvelope', 'default/empty', { data: {} }), 'should have at least 1 properties'],
  ['a member of too long a name', memberClusterObject({ name: 'a'.repeat(64) }), '63'],
]

describe('the schemas and webhooks of a hub refuse', () => {
  let fleet: TestFleet
  before(async () => {
    fleet = await startFleet({ members: {} })
  })
  for (const [what, object, message] of [...placements, ...overrides, ...strategies, ...others]) {
    test(what, async () => {
      await assert.rejects(make(fleet.hub.client, object), (error: Error) => {
        assert.ok(error.message.includes(message), error.message)
        return true
      })
    })
  }
})

const run = fleetObject('ClusterStagedUpdateRun', 'run', {
  spec: { placementName: 'a', stagedRolloutStrategyName: 'a', resourceSnapshotIndex: '0', state: 'Initialize' },
})
const eviction = fleetObject('ClusterResourcePlacementEviction', 'one', { spec: { placementName: 'a', clusterName: 'a' } })
const request = fleetObject('ClusterApprovalRequest', 'one', { spec: { parentStageRollout: 'a', targetStage: 'a' } })
const reporting = placementOf('app', { statusReportingScope: 'ClusterScopeOnly' })

const fixed: readonly (readonly [object: KubernetesObject, spec: object, message: string])[] = [
  [run, { placementName: 'b' }, 'placementName is immutable'],
  [run, { stagedRolloutStrategyName: 'b' }, 'stagedRolloutStrategyName is immutable'],
  [run, { resourceSnapshotIndex: '1' }, 'resourceSnapshotIndex is immutable'],
  [eviction, { clusterName: 'b' }, 'The ClusterName field is immutable'],
  [eviction, { placementName: 'b' }, 'The PlacementName field is immutable'],
  [request, { targetStage: 'b' }, 'The spec field is immutable'],
  [reporting, { statusReportingScope: 'NamespaceAccessible' }, 'statusReportingScope is immutable'],
]

describe('what stands is not changed', () => {
  for (const [object, spec, message] of fixed) {
    test(message, async () => {
      const { hub } = await startFleet({ members: {}, without: ['fleet-update-run', 'fleet-eviction'] })
      await make(hub.client, object)
      await assert.rejects(change(hub.client, object, { spec }), (error: Error) => {
        assert.ok(error.message.includes(message), error.message)
        return true
      })
    })
  }
})
