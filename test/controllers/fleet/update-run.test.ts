import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionsOf, findCondition } from '#runner/controllers/fleet/conditions.ts'
import { memberClusterObject } from '#runner/controllers/fleet/index.ts'
import { clusterStagedUpdateRuns } from '#runner/controllers/fleet/resources.ts'
import type { Client } from '#runner/kubernetes/client.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { change, fleetObject, make, placementOf, read, remove, smallApp, told } from '#test/support/fleet-objects.ts'
import { startFleet, type TestFleet } from '#test/support/start-fleet.ts'

const east = { labelSelector: { matchLabels: { 'fleet.azure.com/location': 'eastus' } } }
const west = { labelSelector: { matchLabels: { 'fleet.azure.com/location': 'westus2' } } }
const all = { labelSelector: {} }
const external = { strategy: { type: 'External' } }

const strategyOf = (...stages: readonly object[]) =>
  fleetObject('ClusterStagedUpdateStrategy', 'plan', { spec: { stages: stages.map((stage, index) => ({ name: `s${index}`, ...stage })) } })

const runOf = (name: string, spec: object = {}) =>
  fleetObject('ClusterStagedUpdateRun', name, { spec: { placementName: 'app', stagedRolloutStrategyName: 'plan', state: 'Run', ...spec } })

interface Staged {
  readonly fleet: TestFleet
  readonly client: Client
  run(name?: string): Promise<KubernetesObject | undefined>
}

async function staged(options: { readonly stages: readonly object[]; readonly run?: object; readonly placement?: object }): Promise<Staged> {
  const fleet = await startFleet()
  const { client } = fleet.hub
  await make(client, ...smallApp('app'), placementOf('app', options.placement ?? external))
  await fleet.settle(1000)
  await make(client, strategyOf(...options.stages), runOf('one', options.run))
  await fleet.settle()
  return { fleet, client, run: (name = 'one') => read(client, runOf(name)) }
}

const message = (run: KubernetesObject | undefined, type: string): string | undefined => findCondition(conditionsOf(run), type)?.message
const hasSettings = async (fleet: TestFleet, member: string): Promise<boolean> =>
  (await read(fleet.members[member]?.client ?? fleet.hub.client, smallApp('app')[1] ?? runOf('none'))) !== undefined

test('stages follow one another, a cluster is looked at after 15 seconds', async () => {
  const { fleet, run } = await staged({ stages: [east, west] })
  assert.deepEqual(told(await run()), ['Initialized True UpdateRunInitializedSuccessfully', 'Progressing True UpdateRunProgressing'])
  assert.deepEqual([await hasSettings(fleet, 'member-east'), await hasSettings(fleet, 'member-west')], [true, false])
  await fleet.settle(16_000)
  assert.equal(await hasSettings(fleet, 'member-west'), true)
  await fleet.settle(20_000)
  assert.deepEqual(told(await run()).at(-1), 'Succeeded True UpdateRunSucceeded')
})

const prefix = 'cannot continue the updateRun: failed to validate the updateRun: '
const user = `${prefix}failed to process the request due to a client error: `

for (const [what, options, expected] of [
  ['no such placement', { stages: [all], run: { placementName: 'none' } }, `${user}parent placement not found`],
  ['no such strategy', { stages: [all], run: { stagedRolloutStrategyName: 'none' } }, `${user}referenced updateStrategy not found: \`/none\``],
  [
    'a placement that rolls out by itself',
    { stages: [all], placement: {} },
    `${user}parent placement does not have an external rollout strategy, current strategy: RollingUpdate`,
  ],
  ['a cluster in two stages', { stages: [all, east] }, `${user}cluster \`member-east\` appears in more than one stages`],
  ['a cluster in no stage', { stages: [east] }, `${user}some clusters are not placed in any stage, total 1, showing up to 10: member-west`],
  ['a stage without a selector', { stages: [{}] }, `${user}some clusters are not placed in any stage, total 2, showing up to 10: member-east, member-west`],
  [
    'a label that is no number',
    { stages: [{ ...all, sortingLabelKey: 'fleet.azure.com/location' }] },
    `${user}the sorting label \`fleet.azure.com/location:eastus\` on cluster \`member-east\` is not valid: strconv.Atoi: parsing "eastus": invalid syntax`,
  ],
  [
    'resources of another index',
    { stages: [all], run: { resourceSnapshotIndex: '7' } },
    `${user}no resourceSnapshots with index \`7\` found for placement \`/app\``,
  ],
  [
    'resources of a strange index',
    { stages: [all], run: { resourceSnapshotIndex: 'x' } },
    `${user}invalid resource snapshot index \`x\` provided, expected an integer >= 0`,
  ],
  [
    'a policy that is not met',
    { stages: [all], placement: { ...external, policy: { placementType: 'PickN', numberOfClusters: 3 } } },
    `${prefix}policy snapshot \`app-0\` not fully scheduled yet`,
  ],
] as const) {
  test(`a run is not initialized with ${what}`, async () => {
    const { run } = await staged(options)
    assert.deepEqual(told(await run()), ['Initialized False UpdateRunInitializedFailed'])
    assert.equal(message(await run(), 'Initialized'), expected)
  })
}

test('a stage without clusters is skipped', async () => {
  const { fleet, run } = await staged({ stages: [{ labelSelector: { matchLabels: { no: 'one' } } }, all] })
  await fleet.settle(60_000)
  assert.deepEqual(told({ status: at(await run(), 'status', 'stagesStatus', '0') }), [
    'Progressing False StageUpdatingSkippedNoClusters',
    'Succeeded True StageUpdatingSkippedNoClusters',
  ])
  assert.equal(told(await run()).at(-1), 'Succeeded True UpdateRunSucceeded')
})

for (const [maxConcurrency, atOnce] of [
  [1, 1],
  [2, 2],
  ['50%', 1],
  ['100%', 2],
  ['10%', 1],
] as const) {
  test(`of two clusters, ${maxConcurrency} at once is ${atOnce}`, async () => {
    const { run } = await staged({ stages: [{ ...all, maxConcurrency }] })
    const clusters = at(await run(), 'status', 'stagesStatus', '0', 'clusters') as readonly object[]
    assert.equal(clusters.filter((cluster) => 'conditions' in cluster).length, atOnce)
  })
}

test('clusters are updated by the number in a label', async () => {
  const fleet = await startFleet({ members: { a: { order: '10' }, b: { order: '9' }, c: { order: '9' } } })
  const { client } = fleet.hub
  await make(client, ...smallApp('app'), placementOf('app', external))
  await fleet.settle(1000)
  await make(client, strategyOf({ ...all, sortingLabelKey: 'order' }), runOf('one'))
  await fleet.settle()
  const clusters = at(await read(client, runOf('one')), 'status', 'stagesStatus', '0', 'clusters') as readonly { readonly clusterName: string }[]
  assert.deepEqual(
    clusters.map(({ clusterName }) => clusterName),
    ['b', 'c', 'a'],
  )
})

test('a cluster that the placement takes in while a run is under way ends it', async () => {
  const affinity = { clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { clusterSelectorTerms: [east] } } }
  const { fleet, client, run } = await staged({ stages: [all], placement: { ...external, policy: { placementType: 'PickAll', affinity } } })
  const member = memberClusterObject({ name: 'member-west' })
  await change(client, member, { metadata: { labels: { 'fleet.azure.com/location': 'eastus' } } })
  await fleet.settle(20_000)
  assert.deepEqual(told(await run()).slice(1), ['Progressing False UpdateRunFailed', 'Succeeded False UpdateRunFailed'])
  assert.equal(message(await run(), 'Succeeded'), 'cannot continue the updateRun: the number of clusters in index `0` stage has changed, new: 2, existing: 1')
})

test('a changed apply strategy ends a run, and so does a changed policy', async () => {
  for (const [patch, expected] of [
    [{ spec: { strategy: { applyStrategy: { whenToApply: 'IfNotDrifted' } } } }, /the applyStrategy in the updateRun is outdated/],
    [
      { spec: { policy: { tolerations: [{ key: 'a', operator: 'Exists' }] } } },
      /the policy snapshot index used in the updateRun is outdated, latest: 1, recorded: 0/,
    ],
  ] as const) {
    const { fleet, client, run } = await staged({ stages: [east, west] })
    await change(client, placementOf('app'), patch)
    await fleet.settle(20_000)
    assert.match(message(await run(), 'Succeeded') ?? '', expected)
  }
})

test('a stopped run finishes what it has begun and goes on when it is told to', async () => {
  const { fleet, client, run } = await staged({ stages: [east, west] })
  await change(client, runOf('one'), { spec: { state: 'Stop' } })
  await fleet.settle(40_000)
  assert.equal(told(await run()).at(-1), 'Progressing False UpdateRunStopped')
  assert.deepEqual([await hasSettings(fleet, 'member-east'), await hasSettings(fleet, 'member-west')], [true, false])
  await change(client, runOf('one'), { spec: { state: 'Run' } })
  await fleet.settle(60_000)
  assert.equal(told(await run()).at(-1), 'Succeeded True UpdateRunSucceeded')
})

for (const [from, to] of [
  ['Initialize', 'Stop'],
  ['Run', 'Initialize'],
] as const) {
  test(`a run cannot go from ${from} to ${to}`, async () => {
    const { client } = await staged({ stages: [all], run: { state: from } })
    const expected = `ClusterStagedUpdateRun.placement.kubernetes-fleet.io "one" is invalid: spec: Invalid value: invalid state transition: cannot transition from ${from} to ${to}`
    await assert.rejects(change(client, runOf('one'), { spec: { state: to } }), { message: expected })
  })
}

test('what the scheduler has given up is deleted at the end', async () => {
  const { fleet, client } = await staged({ stages: [all], placement: { ...external, policy: { placementType: 'PickN', numberOfClusters: 2 } } })
  await fleet.settle(60_000)
  await change(client, placementOf('app'), { spec: { policy: { numberOfClusters: 1 } } })
  await fleet.settle(1000)
  assert.equal(await hasSettings(fleet, 'member-east'), true)
  await make(client, runOf('two'))
  await fleet.settle(90_000)
  const two = await read(client, runOf('two'))
  assert.equal(told(two).at(-1), 'Succeeded True UpdateRunSucceeded')
  assert.deepEqual(at(two, 'status', 'deletionStageStatus', 'clusters', '0', 'clusterName'), 'member-east')
  assert.equal(await hasSettings(fleet, 'member-east'), false)
})

test('an earlier revision is rolled back to by its index', async () => {
  const { fleet, client } = await staged({ stages: [{ ...all, maxConcurrency: 2 }] })
  await fleet.settle(60_000)
  const [, settings = runOf('none')] = smallApp('app')
  const color = async () => at(await read(fleet.members['member-west']?.client ?? client, settings), 'data', 'color')
  await change(client, settings, { data: { color: 'red' } })
  await make(client, runOf('two'))
  await fleet.settle(60_000)
  assert.equal(await color(), 'blue')
  await make(client, runOf('three'))
  await fleet.settle(60_000)
  assert.equal(await color(), 'red')
  await make(client, runOf('back', { resourceSnapshotIndex: '0' }))
  await fleet.settle(60_000)
  assert.equal(await color(), 'blue')
})

test('an approval asked for is asked for again when it is deleted, and goes with its run', async () => {
  const { fleet, client } = await staged({ stages: [{ ...all, beforeStageTasks: [{ type: 'Approval' }] }] })
  const request = fleetObject('ClusterApprovalRequest', 'one-before-s0')
  assert.ok(await read(client, request))
  await remove(client, request)
  await fleet.settle(1000)
  assert.ok(await read(client, request))
  await client.delete(clusterStagedUpdateRuns, { name: 'one' })
  await fleet.settle(1000)
  assert.deepEqual([await read(client, request), await read(client, runOf('one'))], [undefined, undefined])
})

test('a run of a ResourcePlacement stands in its namespace, with its strategy and its approvals', async () => {
  const fleet = await startFleet()
  const { client } = fleet.hub
  const [namespace, settings] = smallApp('app')
  if (!namespace || !settings) throw new Error('no app')
  await make(client, namespace, settings)
  for (const member of Object.values(fleet.members)) await make(member.client, namespace)
  const resourceSelectors = [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }]
  await make(client, fleetObject('ResourcePlacement', 'app/rp', { spec: { resourceSelectors, policy: { placementType: 'PickAll' }, ...external } }))
  await fleet.settle(1000)
  const stages = [{ name: 'all', ...all, maxConcurrency: 2, afterStageTasks: [{ type: 'Approval' }] }]
  await make(client, fleetObject('StagedUpdateStrategy', 'app/plan', { spec: { stages } }))
  const run = fleetObject('StagedUpdateRun', 'app/one', { spec: { placementName: 'rp', stagedRolloutStrategyName: 'plan', state: 'Run' } })
  await make(client, run)
  await fleet.settle(20_000)
  assert.equal(await hasSettings(fleet, 'member-west'), true)
  assert.equal(told(await read(client, run)).at(-1), 'Progressing False UpdateRunWaiting')
  assert.ok(await read(client, fleetObject('ApprovalRequest', 'app/one-after-all')))
})
