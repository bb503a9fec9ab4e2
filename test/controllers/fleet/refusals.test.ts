// What a hub refuses, in KubeFleet's words: by its schemas, and by its webhooks.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { memberClusterObject } from '#runner/controllers/fleet/index.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { change, fleetObject, make, placementOf } from '#test/support/fleet-objects.ts'
import { startFleet, type TestFleet } from '#test/support/start-fleet.ts'

const placing = 'admission webhook "fleet.clusterresourceplacementv1beta1.validating" denied the request: deny create/update v1beta1 CRP has invalid fields'
const defaulting = 'admission webhook "fleet.clusterresourceplacementv1beta1.mutating" denied the request:'
const policyFault = `${placing} the placement policy field is invalid:`
const schema = 'ClusterResourcePlacement.placement.kubernetes-fleet.io "app" is invalid:'
const pickAll = (policy: object) => ({ policy: { placementType: 'PickAll', ...policy } })
const pickN = (policy: object) => ({ policy: { placementType: 'PickN', numberOfClusters: 1, ...policy } })
const required = (term: object) => ({ affinity: { clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { clusterSelectorTerms: [term] } } } })
const preferred = (preference: object) => ({
  affinity: { clusterAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] } },
})
const property = (...matchExpressions: readonly object[]) => pickAll(required({ propertySelector: { matchExpressions } }))
const nodes = (operator: string, ...values: readonly string[]) => ({ name: 'kubernetes-fleet.io/node-count', operator, values })

const placements: readonly (readonly [what: string, spec: object, message: string])[] = [
  [
    'a number that is none',
    { policy: { placementType: 'PickN', numberOfClusters: 'two' } },
    `${defaulting} json: cannot unmarshal string into Go struct field PlacementPolicy.spec.policy.numberOfClusters of type int32`,
  ],
  [
    'a number that is not whole',
    { revisionHistoryLimit: 1.5 },
    `${defaulting} json: cannot unmarshal number 1.5 into Go struct field PlacementSpec.spec.revisionHistoryLimit of type int32`,
  ],
  [
    'a name that is a number',
    { policy: { placementType: 7 } },
    `${defaulting} json: cannot unmarshal number into Go struct field PlacementPolicy.spec.policy.placementType of type v1beta1.PlacementType`,
  ],
  [
    'PickFixed with one name twice',
    { policy: { placementType: 'PickFixed', clusterNames: ['a', 'a'] } },
    `${policyFault} cluster names must be unique for policy type PickFixed`,
  ],
  [
    'PickAll with preferences',
    pickAll(preferred({ labelSelector: { matchLabels: { a: 'b' } } })),
    `${policyFault} PreferredDuringSchedulingIgnoredDuringExecution will be ignored for placement policy type PickAll`,
  ],
  [
    'a sorter that is required',
    pickAll(required({ propertySorter: { name: 'x', sortOrder: 'Ascending' } })),
    `${policyFault} PropertySorter is not allowed for RequiredDuringSchedulingIgnoredDuringExecution affinity`,
  ],
  [
    'a property that is preferred',
    pickN(preferred({ propertySelector: { matchExpressions: [nodes('Gt', '1')] } })),
    `${policyFault} PropertySelector is not allowed for PreferredDuringSchedulingIgnoredDuringExecution affinity`,
  ],
  [
    'a property of two values',
    property(nodes('Gt', '1', '2')),
    `${schema} [spec.policy.affinity.clusterAffinity.requiredDuringSchedulingIgnoredDuringExecution.clusterSelectorTerms[0].propertySelector.matchExpressions[0].values: Too many: 2: must have at most 1 item, <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]`,
  ],
  [
    'a resource of no known sort',
    property({ name: 'resources.kubernetes-fleet.io/free-cpu', operator: 'Gt', values: ['1'] }),
    `${policyFault} invalid property name resources.kubernetes-fleet.io/free-cpu: invalid capacity type in resource property name resources.kubernetes-fleet.io/free-cpu, supported values are [allocatable available total]`,
  ],
  [
    'bounds that nothing is between',
    property(nodes('Gt', '5'), nodes('Lt', '5')),
    `${policyFault} inconsistent requirements on property kubernetes-fleet.io/node-count: lower bound (5) and upper bound (5) exclude all values`,
  ],
  [
    'two values at once',
    property(nodes('Eq', '5'), nodes('Eq', '6')),
    `${policyFault} inconsistent requirements on property kubernetes-fleet.io/node-count: conflicting Eq values 5 and 6`,
  ],
  [
    'a value and its opposite',
    property(nodes('Eq', '5'), nodes('Ne', '5')),
    `${policyFault} inconsistent requirements on property kubernetes-fleet.io/node-count: conflicting Eq and Ne on same value 5`,
  ],
  [
    'a value beyond a bound',
    property(nodes('Eq', '5'), nodes('Ge', '6')),
    `${policyFault} inconsistent requirements on property kubernetes-fleet.io/node-count: eq value 5 violates lower bound 6`,
  ],
  [
    'a toleration twice',
    pickAll({
      tolerations: [
        { key: 'a', operator: 'Exists' },
        { key: 'a', operator: 'Exists' },
      ],
    }),
    `${policyFault} toleration {Key:a Operator:Exists Value: Effect:} already exists, tolerations must be unique`,
  ],
  [
    'a rolling update that others control',
    { strategy: { type: 'External', rollingUpdate: { maxSurge: 1 } } },
    `${placing} the rollout Strategy field  is invalid: rollingUpdateConifg is not valid for ExternalRollout strategy type`,
  ],
  [
    'server-side apply of another type',
    { strategy: { applyStrategy: { type: 'ClientSideApply', serverSideApplyConfig: { force: true } } } },
    `${placing} the rollout Strategy field  is invalid: serverSideApplyConfig is only valid for ServerSideApply strategy type`,
  ],
  [
    'a kind of namespaces',
    { resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'x' }] },
    `${placing} the resource is not found in schema (please retry) or it is not a cluster scoped resource: /v1, Kind=ConfigMap`,
  ],
  [
    'a kind that is not there',
    { resourceSelectors: [{ group: 'no.example.org', version: 'v1', kind: 'Thing', name: 'x' }] },
    `${placing} failed to get GVR of the selector: no matches for kind "Thing" in version "no.example.org/v1"`,
  ],
  [
    'a name and labels',
    { resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name: 'x', labelSelector: { matchLabels: { a: 'b' } } }] },
    `${schema} spec.resourceSelectors: Invalid value: name and labelSelector are mutually exclusive in a resource selector`,
  ],
  [
    'a status for a namespace that is not one',
    {
      statusReportingScope: 'NamespaceAccessible',
      resourceSelectors: [{ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', name: 'x' }],
    },
    `${schema} spec: Invalid value: when statusReportingScope is NamespaceAccessible, exactly one resourceSelector with kind 'Namespace' is required`,
  ],
]

const overriding = 'admission webhook "fleet.resourceoverride.validating" denied the request:'
const patched = (...jsonPatchOverrides: readonly object[]) => ({ clusterSelector: { clusterSelectorTerms: [] }, jsonPatchOverrides })
const override = (rule: object, selectors: readonly object[] = [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'x' }]) =>
  fleetObject('ResourceOverride', 'default/ro', { spec: { resourceSelectors: selectors, policy: { overrideRules: [rule] } } })

const overrides: readonly (readonly [path: string, why: string])[] = [
  ['', 'path cannot be empty'],
  ['spec', 'path must start with /'],
  ['/apiVersion', 'cannot override typeMeta fields'],
  ['/metadata', 'cannot override field metadata'],
  ['/metadata/name', 'cannot override metadata fields except annotations and labels'],
  ['/status/x', 'cannot override status fields'],
  ['/spec/', 'path cannot contain empty string'],
]

const taint = (key: string, value = '') => ({ key, value, effect: 'NoSchedule' })
const member = (...taints: readonly object[]) => memberClusterObject({ name: 'm', taints })

describe('a hub refuses', () => {
  let fleet: TestFleet
  before(async () => {
    fleet = await startFleet({ members: {} })
  })
  const refuses = (what: string, object: () => KubernetesObject, message: string | RegExp): void => {
    test(what, async () => assert.rejects(make(fleet.hub.client, object()), { message }))
  }
  for (const [what, spec, message] of placements) refuses(what, () => placementOf('app', spec), message)
  for (const [path, why] of overrides)
    refuses(
      `an override of "${path}"`,
      () => override(patched({ op: 'replace', path, value: 1 })),
      `${overriding} invalid JSONPatchOverride {replace ${path} {1}}: ${why}`,
    )
  refuses(
    'an override that removes a value',
    () => override(patched({ op: 'remove', path: '/spec/x', value: 1 })),
    `${overriding} invalid JSONPatchOverride {remove /spec/x {1}}: remove operation cannot have value`,
  )
  refuses(
    'an override without patches',
    () => override({ clusterSelector: { clusterSelectorTerms: [] } }),
    `${overriding} invalid JSONPatchOverrides: JSONPatchOverrides cannot be empty`,
  )
  refuses(
    'an override that deletes and patches',
    () => override({ ...patched({ op: 'add', path: '/spec/x', value: 1 }), overrideType: 'Delete' }),
    `${overriding} invalid JSONPatchOverrides: JSONPatchOverrides cannot be set when the override type is Delete`,
  )
  refuses('a taint twice', () => member(taint('a'), taint('a')), /taint \{Key:a Value: Effect:NoSchedule\} already exists, taints must be unique/)
  refuses('a taint without a proper key', () => member(taint('a b')), /invalid taint key \{Key:a b Value: Effect:NoSchedule\}: name part must consist of/)
  refuses('a taint without a proper value', () => member(taint('a', 'b c')), /invalid taint value \{Key:a Value:b c Effect:NoSchedule\}: a valid label must be/)
  refuses(
    'a disruption budget of pods',
    () => ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'default' }, spec: { minAvailable: 1 } }),
    'admission webhook "fleet.poddisruptionbudget.validating" denied the request: PDBs default/web cannot be directly created in the hub cluster due to potential side effects; to place a PDB to member clusters, consider wrapping it in a resource envelope.',
  )
})

for (const [what, before, patch, message] of [
  [
    'the type of a policy',
    {},
    { policy: { placementType: 'PickN', numberOfClusters: 1 } },
    `${schema} spec.policy: Invalid value: placement type is immutable`,
  ],
  [
    'a toleration that is there',
    pickAll({ tolerations: [{ key: 'a', operator: 'Exists' }] }),
    { policy: { tolerations: [] } },
    'admission webhook "fleet.clusterresourceplacementv1beta1.validating" denied the request: tolerations have been updated/deleted, only additions to tolerations are allowed',
  ],
  [
    'External, once it is',
    { strategy: { type: 'External' } },
    { strategy: { type: 'RollingUpdate' } },
    `${schema} spec.strategy.type: Invalid value: "RollingUpdate": cannot change rollout strategy type from 'External' to other types`,
  ],
] as const) {
  test(`nobody changes ${what}`, async () => {
    const { hub } = await startFleet({ members: {} })
    await make(hub.client, placementOf('app', before))
    await assert.rejects(change(hub.client, placementOf('app'), { spec: patch }), { message })
  })
}
