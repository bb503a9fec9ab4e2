// The milestones of the Fleet lab: each is not yet before its step, done after it, and says what is missing in between.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadChecks } from '#runner/checks/load-checks.ts'
import { watchWorld } from '#runner/checks/watch-world.ts'
import { stepBegun, stepsDone } from '#runner/sessions/steps.ts'
import { authorize, buildFleet, createExerciseWorld, deployToHub, hubUrl, send, subscriptionId } from '#test/support/exercise-requests.ts'
import { fleetLab } from '#test/support/watch-lab.ts'

async function watched() {
  const [lab, world] = await Promise.all([fleetLab(), createExerciseWorld()])
  const checks = await loadChecks(lab, (path) => import(`../../checks/${path}`), 'milestones')
  const watcher = watchWorld(world, { lab, checks })
  return {
    world,
    async verdict(id: string) {
      await watcher.refresh()
      const { verdict, seen } = watcher.standings().find((standing) => standing.id === id) ?? {}
      return `${verdict}: ${seen}`
    },
  }
}

test('clusters-created counts clusters that are ready, in different regions', async () => {
  const { world, verdict } = await watched()
  assert.equal(await verdict('clusters-created'), 'not yet: none of 0 is ready')
  const root = `https://management.azure.com/subscriptions/${subscriptionId(world)}/resourceGroups/rg`
  await send(world, 'PUT', `${root}?api-version=2024-11-01`, { location: 'eastus' })
  for (const [name, location, expected] of [
    ['one', 'eastus', 'not yet: one (eastus)'],
    ['two', 'eastus', 'not yet: one (eastus), two (eastus)'],
    ['three', 'westus2', 'done: one (eastus), two (eastus), three (westus2)'],
  ] as const) {
    const properties = { dnsPrefix: name, agentPoolProfiles: [{ name: 'nodepool1', count: 1, mode: 'System' }] }
    await send(world, 'PUT', `${root}/providers/Microsoft.ContainerService/managedClusters/${name}?api-version=2025-08-01`, { location, properties })
    await world.clock.advance(10_000)
    assert.equal(await verdict('clusters-created'), expected)
  }
})

test('hub-access wants the role on a fleet with a hub', async () => {
  const { world, verdict } = await watched()
  assert.equal(await verdict('hub-access'), 'not yet: there is no fleet with a hub')
  await buildFleet(world)
  assert.equal(await verdict('hub-access'), 'not yet: no such role assignment')
  await authorize(world)
  assert.equal(await verdict('hub-access'), 'done: the role is assigned on aks-fleet-lab')
})

test('app-on-hub wants both the deployment and the service', async () => {
  const { world, verdict } = await watched()
  assert.equal(await verdict('app-on-hub'), 'not yet: there is no hub')
  await buildFleet(world)
  await authorize(world)
  assert.equal(await verdict('app-on-hub'), 'not yet: neither')
  await deployToHub(world)
  assert.equal(await verdict('app-on-hub'), 'done: deployment "web", service "web"')
  await send(world, 'DELETE', `${hubUrl(world)}/api/v1/namespaces/fleet-demo/services/web`)
  assert.equal(await verdict('app-on-hub'), 'not yet: deployment "web"')
})

test('steps are done by their aims; one without any by its commands, or because a later one is', async () => {
  const lab = await fleetLab()
  const done = (ids: readonly string[]) => ids.map((id) => ({ id, verdict: 'done' as const }))
  assert.deepEqual(stepsDone(lab, [], { standings: [], blocks: [] }), [])
  assert.deepEqual(stepsDone(lab, [], { standings: [], blocks: [{ step: '1', block: 0 }] }), ['1'])
  assert.deepEqual(stepsDone(lab, [], { standings: done(['clusters-created']), blocks: [] }), ['1', '2'])
  assert.deepEqual(stepsDone(lab, ['1', '2', '3'], { standings: [], blocks: [] }), ['1', '2', '3'], 'what was done stays done')
  assert.deepEqual(stepsDone(lab, [], { standings: done(['placement-applied']), blocks: [] }), [], 'half of what a step aims at is not enough')
  assert.equal(stepBegun(lab, ['1', '2', '4']), 3)
  assert.equal(
    stepBegun(
      lab,
      lab.steps.map(({ id }) => id),
    ),
    9,
  )
})
