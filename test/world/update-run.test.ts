// Update runs on the world's clock: stages in order, waits, a member whose drain is blocked halts the run, mended it goes on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import type { World } from '#runner/world/world.ts'
import { buildFleet, createExerciseWorld, memberUrl, send, stage, subscriptionId } from '#test/support/exercise-requests.ts'

const version = 'api-version=2025-08-01-preview'

function fleetUrl(world: World): string {
  return `https://management.azure.com/subscriptions/${subscriptionId(world)}/resourceGroups/rg-aks-fleet-lab/providers/Microsoft.ContainerService/fleets/aks-fleet-lab`
}

async function worldWithRun(
  upgrade: JsonObject,
): Promise<{ world: World; run(action?: string): Promise<{ status: number; body: JsonObject }>; states(): Promise<string> }> {
  const world = await createExerciseWorld()
  await buildFleet(world)
  await stage(world)
  const url = `${fleetUrl(world)}/updateRuns/run`
  const updateStrategyId = `${fleetUrl(world)}/updateStrategies/safe-rollout`.slice('https://management.azure.com'.length)
  const made = await send(world, 'PUT', `${url}?${version}`, {
    properties: { updateStrategyId, managedClusterUpdate: { upgrade, nodeImageSelection: { type: 'Latest' } } },
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const run = (action?: string) => (action === undefined ? send(world, 'GET', `${url}?${version}`) : send(world, 'POST', `${url}/${action}?${version}`))
  return { world, run, states: async () => statesOf((await run()).body) }
}

interface Step {
  readonly status: { readonly state: string; readonly error?: { readonly message: string } }
}
type Run = {
  readonly properties: {
    readonly status: Step & {
      readonly stages: readonly (Step & { readonly groups: readonly (Step & { readonly members?: readonly Step[] })[]; readonly afterStageWaitStatus?: Step })[]
    }
  }
}

/** `run: stage wait [group members]; stage …` in one line. */
function statesOf(body: JsonObject): string {
  const { status } = (body as unknown as Run).properties
  const stages = status.stages.map(({ status: own, groups, afterStageWaitStatus: wait }) => {
    const inner = groups.map((group) => [group.status.state, ...(group.members ?? []).map((member) => member.status.state)].join(' ')).join(', ')
    return `${own.state}${wait ? ` (wait ${wait.status.state})` : ''} [${inner}]`
  })
  return `${status.status.state}: ${stages.join('; ')}`
}

async function versions(world: World): Promise<Record<string, unknown>> {
  const root = `${fleetUrl(world).split('/providers/')[0]}/providers/Microsoft.ContainerService/managedClusters`
  const found: Record<string, unknown> = {}
  for (const name of ['aks-fleet-east', 'aks-fleet-west']) {
    const { body } = await send(world, 'GET', `${root}/${name}?api-version=2025-08-01`)
    const properties = body.properties as {
      currentKubernetesVersion: string
      agentPoolProfiles: { currentOrchestratorVersion: string; nodeImageVersion: string }[]
    }
    const nodes = (await send(world, 'GET', `${memberUrl(world, `member-${name.split('-').at(-1)}`)}/api/v1/nodes`)).body.items as unknown as {
      status: { nodeInfo: { kubeletVersion: string } }
      spec: { unschedulable?: boolean }
    }[]
    found[name] = [
      properties.currentKubernetesVersion,
      properties.agentPoolProfiles[0]?.currentOrchestratorVersion,
      ...nodes.map(({ status, spec }) => `${status.nodeInfo.kubeletVersion}${spec.unschedulable ? ' cordoned' : ''}`),
    ]
  }
  return found
}

const notStarted = 'NotStarted: NotStarted (wait NotStarted) [NotStarted NotStarted]; NotStarted [NotStarted NotStarted]'

test('a run goes stage by stage, waits in between, and really upgrades clusters and nodes', async () => {
  const { world, run, states } = await worldWithRun({ type: 'Full', kubernetesVersion: '1.35.2' })
  const before = await versions(world)
  assert.equal(statesOf((await run('start')).body), notStarted, 'the answer to start shows it as it was')
  assert.equal((await run('start')).status, 409)
  await world.clock.advance(1000)
  assert.match(await states(), /^Running: NotStarted/)
  await world.clock.advance(60_000)
  assert.equal(await states(), 'Running: Running (wait Running) [Completed Completed]; NotStarted [NotStarted NotStarted]')
  assert.deepEqual(await versions(world), { ...before, 'aks-fleet-east': ['1.35.2', '1.35.2', 'v1.35.2'] })
  await world.clock.advance(800_000)
  assert.match(await states(), /wait Running/, 'fifteen minutes are not over')
  await world.clock.advance(160_000)
  assert.equal(await states(), 'Completed: Completed (wait Completed) [Completed Completed]; Completed [Completed Completed]')
  assert.deepEqual(await versions(world), { 'aks-fleet-east': ['1.35.2', '1.35.2', 'v1.35.2'], 'aks-fleet-west': ['1.35.2', '1.35.2', 'v1.35.2'] })
  const told = await send(world, 'GET', `${memberUrl(world, 'member-east')}/version`)
  assert.equal(told.body.gitVersion, 'v1.35.2')
  assert.match(JSON.stringify((await run('start')).body), /The update run is in state 'Completed' and cannot be started/)
})

test('gates before and after stages and groups hold a run until somebody lets it pass', async () => {
  const { world } = await worldWithRun({ type: 'NodeImageOnly' })
  const url = `${fleetUrl(world)}/updateRuns/gated`
  const gate = (displayName: string): JsonObject[] => [{ displayName, type: 'Approval' }]
  const groups = [{ name: 'stage1', beforeGates: gate('before the group'), afterGates: gate('after the group') }]
  const stages = [{ name: 'first', beforeGates: gate('before the stage'), afterGates: gate('after the stage'), groups }]
  const managedClusterUpdate = { upgrade: { type: 'NodeImageOnly' }, nodeImageSelection: { type: 'Latest' } }
  assert.equal((await send(world, 'PUT', `${url}?${version}`, { properties: { managedClusterUpdate, strategy: { stages } } })).status, 201)
  await send(world, 'POST', `${url}/start?${version}`)
  const states = async (): Promise<string> => statesOf((await send(world, 'GET', `${url}?${version}`)).body)
  const pending = async (): Promise<readonly JsonObject[]> =>
    (await send(world, 'GET', `${fleetUrl(world)}/gates?$filter=state%20eq%20Pending&${version}`)).body.value as readonly JsonObject[]
  const pass = async (expected: string, at: string): Promise<void> => {
    await world.clock.advance(120_000)
    assert.equal(await states(), at)
    const open = await pending()
    assert.deepEqual(
      open.map(({ properties }) => (properties as JsonObject).displayName),
      [expected],
    )
    const passed = await send(world, 'PATCH', `https://management.azure.com${open[0]?.id}?${version}`, { properties: { state: 'Completed' } })
    assert.deepEqual([passed.status, (passed.body.properties as JsonObject).state], [200, 'Completed'])
  }
  await pass('before the stage', 'Pending: Pending [NotStarted NotStarted]')
  await pass('before the group', 'Pending: Pending [Pending NotStarted]')
  await pass('after the group', 'Pending: Pending [Pending Completed]')
  await pass('after the stage', 'Pending: Pending [Completed Completed]')
  await world.clock.advance(10_000)
  assert.equal(await states(), 'Completed: Completed [Completed Completed]')
  assert.equal(((await send(world, 'GET', `${fleetUrl(world)}/gates?${version}`)).body.value as unknown[]).length, 4)
  await send(world, 'DELETE', `${url}?${version}`)
  assert.deepEqual((await send(world, 'GET', `${fleetUrl(world)}/gates?${version}`)).body.value, [], 'gates go with their run')
})

test('a member whose maintenance window is closed waits for it, and stands in nobody’s way', async () => {
  const { world, run, states } = await worldWithRun({ type: 'NodeImageOnly' })
  const east = `${fleetUrl(world).split('/providers/')[0]}/providers/Microsoft.ContainerService/managedClusters/aks-fleet-east`
  const opens = new Date(world.clock.now() + 6 * 3_600_000)
  const maintenanceWindow = {
    schedule: { daily: { intervalDays: 1 } },
    durationHours: 4,
    utcOffset: '+00:00',
    startTime: `${String(opens.getUTCHours()).padStart(2, '0')}:00`,
  }
  const url = `${east}/maintenanceConfigurations/aksManagedNodeOSUpgradeSchedule?api-version=2025-08-01`
  assert.ok((await send(world, 'PUT', url, { properties: { maintenanceWindow } })).status < 300)
  await run('start')
  await world.clock.advance(60_000)
  assert.match(await states(), /^Pending: Pending \(wait NotStarted\) \[Pending Pending\]/)
  assert.match(JSON.stringify((await run()).body), /the maintenance window of its cluster opens at/)
  await world.clock.advance(6 * 3_600_000)
  assert.match(await states(), /^Running: Running \(wait Running\) \[Completed Completed\]/)
  await world.clock.advance(3_600_000)
  assert.match(await states(), /^Completed/)
})

test('stop finishes what is in flight and begins nothing; start goes on from there', async () => {
  const { world, run, states } = await worldWithRun({ type: 'NodeImageOnly' })
  await run('start')
  await world.clock.advance(5000)
  assert.match(await states(), /^Running: Running .*\[Running Running\]/)
  assert.match(statesOf((await run('stop')).body), /^Stopping/)
  await world.clock.advance(60_000)
  assert.equal(await states(), 'Stopped: Running (wait NotStarted) [Running Completed]; NotStarted [NotStarted NotStarted]')
  assert.match(JSON.stringify((await run('stop')).body), /The update run is in state 'Stopped' and cannot be stopped/)
  await run('start')
  await world.clock.advance(1_000_000)
  assert.match(await states(), /^Completed/)
})

test('a disruption budget that forbids the drain halts the run with the API server’s words; mended, it goes on', async () => {
  const { world, run, states } = await worldWithRun({ type: 'Full', kubernetesVersion: '1.35.2' })
  const east = memberUrl(world, 'member-east')
  const labels = { app: 'stubborn' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }
  await send(world, 'POST', `${east}/apis/apps/v1/namespaces/default/deployments`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'stubborn' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  })
  await send(world, 'POST', `${east}/apis/policy/v1/namespaces/default/poddisruptionbudgets`, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'never' },
    spec: { maxUnavailable: 0, selector: { matchLabels: labels } },
  })
  await world.clock.advance(10_000)
  await run('start')
  await world.clock.advance(300_000)
  assert.equal(await states(), 'Failed: Failed (wait NotStarted) [Failed Failed]; NotStarted [NotStarted NotStarted]')
  assert.match(JSON.stringify((await run()).body), /stubborn-[a-z0-9-]+: Cannot evict pod as it would violate the pod's disruption budget/)
  assert.equal((await versions(world))['aks-fleet-west']?.toString().startsWith('1.34'), true, 'production was not touched')
  await send(world, 'DELETE', `${east}/apis/policy/v1/namespaces/default/poddisruptionbudgets/never`)
  await run('start')
  await world.clock.advance(1_200_000)
  assert.match(await states(), /^Completed/)
  assert.deepEqual((await versions(world))['aks-fleet-east'], ['1.35.2', '1.35.2', 'v1.35.2'])
})

test('what is skipped while a run is under way is not upgraded, and the run comes to its end', async () => {
  const { world, run, states } = await worldWithRun({ type: 'NodeImageOnly' })
  const before = await versions(world)
  await run('start')
  // A member is looked at while the skip comes in: both stand.
  const moved = world.clock.advance(8000)
  const skipped = await send(world, 'POST', `${fleetUrl(world)}/updateRuns/run/skip?${version}`, { targets: [{ type: 'Group', name: 'stage2' }] })
  assert.equal(skipped.status, 200, JSON.stringify(skipped.body))
  await moved
  await world.clock.advance(1_200_000)
  assert.match(await states(), /^Completed: Completed \(wait Completed\) \[Completed Completed\]; Completed \[Skipped Skipped\]$/)
  assert.deepEqual((await versions(world))['aks-fleet-west'], before['aks-fleet-west'])
})

test('a run goes on after its world was written down and restored', async () => {
  const { world, run } = await worldWithRun({ type: 'Full', kubernetesVersion: '1.35.2' })
  await run('start')
  await world.clock.advance(20_000)
  const restored = await createExerciseWorld({ snapshot: JSON.parse(JSON.stringify(await world.snapshot())) })
  await restored.clock.advance(1_200_000)
  const { body } = await send(restored, 'GET', `${fleetUrl(restored)}/updateRuns/run?${version}`)
  assert.match(statesOf(body), /^Completed/)
})
