import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { defineCheck, done } from '#runner/checks/check.ts'
import { startWatcher } from '#runner/checks/watcher.ts'
import { surroundingsOf } from '#runner/checks/world-surroundings.ts'
import type { World } from '#runner/world/world.ts'
import {
  authorize,
  buildFleet,
  createExerciseWorld,
  deployToHub,
  drift,
  hubUrl,
  memberUrl,
  place,
  playExercise,
  send,
  stage,
  subscriptionId,
} from '#test/support/exercise-requests.ts'
import { verdictOn, watchFleetLab } from '#test/support/watch-lab.ts'

type Part = (world: World) => Promise<void>

/** Plays parts of the exercise with the checks watching, and gives the verdict on one criterion. */
async function after(parts: readonly Part[], id: string): Promise<{ verdict: string; seen: string; where: string; world: World }> {
  const world = await createExerciseWorld()
  const watcher = await watchFleetLab(world)
  for (const part of parts) {
    await part(world)
    await verdictOn(world, watcher, id)
  }
  const { verdict, seen, where } = await verdictOn(world, watcher, id)
  watcher.stop()
  world.close()
  return { verdict, seen, where, world }
}

const group = (world: World): string => `https://management.azure.com/subscriptions/${subscriptionId(world)}/resourceGroups/rg-aks-fleet-lab`
const fleetUrl = (world: World): string => `${group(world)}/providers/Microsoft.ContainerService/fleets/aks-fleet-lab`
const untilPlaced = [buildFleet, authorize, deployToHub, place]

test('members-joined is not yet without a fleet, and says so', async () => {
  const { verdict, seen, where } = await after([], 'members-joined')
  assert.deepEqual({ verdict, seen, where }, { verdict: 'not yet', seen: 'no fleet', where: 'Azure, fleets' })
})

test('members-joined is not yet with a fleet that has no hub, and names the option', async () => {
  const hubless: Part = async (world) => {
    await send(world, 'PUT', `${group(world)}?api-version=2024-11-01`, { location: 'eastus' })
    await send(world, 'PUT', `${fleetUrl(world)}?api-version=2025-08-01-preview`, { location: 'eastus' })
    await world.clock.advance(5000)
  }
  const { verdict, seen } = await after([hubless], 'members-joined')
  assert.deepEqual({ verdict, seen }, { verdict: 'not yet', seen: 'fleet "aks-fleet-lab" without a hub: --enable-hub makes one' })
})

test('members-joined is not yet with one member, and done with two', async () => {
  const leave: Part = async (world) => {
    await send(world, 'DELETE', `${fleetUrl(world)}/members/member-west?api-version=2025-08-01-preview`)
    await world.clock.advance(60_000)
  }
  const agentsReport: Part = (world) => world.clock.advance(30_000)
  const both = await after([buildFleet, agentsReport], 'members-joined')
  assert.equal(both.verdict, 'done')
  assert.equal(both.seen, '2 joined (member-east, member-west)')
  const one = await after([buildFleet, agentsReport, leave], 'members-joined')
  assert.equal(one.verdict, 'not yet')
  assert.match(one.seen, /^1 joined \(member-east\)/)
})

test('placement-applied is not yet without a hub, without a placement, and with one that selects something else', async () => {
  const other: Part = async (world) => {
    const spec = { resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name: 'other' }], policy: { placementType: 'PickAll' } }
    const body = { apiVersion: 'placement.kubernetes-fleet.io/v1', kind: 'ClusterResourcePlacement', metadata: { name: 'fleet-demo-all' }, spec }
    await send(world, 'POST', `${hubUrl(world)}/apis/placement.kubernetes-fleet.io/v1/clusterresourceplacements`, body)
    await world.clock.advance(30_000)
  }
  assert.equal((await after([], 'placement-applied')).seen, 'no hub')
  assert.equal((await after([buildFleet, authorize, deployToHub], 'placement-applied')).seen, 'no such placement')
  assert.equal(
    (await after([buildFleet, authorize, deployToHub, other], 'placement-applied')).seen,
    'its resourceSelectors do not name the namespace "fleet-demo"',
  )
})

test('placement-applied and workload-on-members are done after the placement', async () => {
  const applied = await after(untilPlaced, 'placement-applied')
  assert.deepEqual([applied.verdict, applied.seen], ['done', 'Scheduled and Applied are True for generation 1'])
  const workload = await after(untilPlaced, 'workload-on-members')
  assert.deepEqual([workload.verdict, workload.seen], ['done', 'deployment "web" is available on member-east and member-west'])
})

test('workload-on-members names the member and what is missing there', async () => {
  const early = await after([buildFleet, authorize, deployToHub], 'workload-on-members')
  assert.equal(early.verdict, 'not yet')
  assert.equal(early.seen, 'member-east: no namespace "fleet-demo"; member-west: no namespace "fleet-demo"')
  const scaledToZero: Part = async (world) => {
    const url = `${memberUrl(world, 'member-west')}/apis/apps/v1/namespaces/fleet-demo/deployments/web`
    await send(world, 'DELETE', url)
  }
  const gone = await after([...untilPlaced, scaledToZero], 'workload-on-members')
  assert.deepEqual([gone.verdict, gone.seen], ['not yet', 'member-west: no deployment "web"'])
})

test('drift-recreated is not yet before anything is deleted, and done when Fleet has made another', async () => {
  const before = await after(untilPlaced, 'drift-recreated')
  assert.deepEqual([before.verdict, before.seen], ['not yet', 'it is there as Fleet made it and has not been deleted yet'])
  const repaired = await after([...untilPlaced, drift], 'drift-recreated')
  assert.equal(repaired.verdict, 'done')
  assert.match(repaired.seen, /^[0-9a-f-]{36} was deleted, Fleet made [0-9a-f-]{36}$/)
  assert.equal(repaired.where, 'member-west, deployment fleet-demo/web')
})

test('drift-recreated waits for the repair while the deployment is gone', async () => {
  const deleted: Part = async (world) => {
    await send(world, 'DELETE', `${memberUrl(world, 'member-west')}/apis/apps/v1/namespaces/fleet-demo/deployments/web`)
  }
  const { verdict, seen } = await after([...untilPlaced, deleted], 'drift-recreated')
  assert.equal(verdict, 'not yet')
  assert.match(seen, /^it was deleted and is not there again yet/)
})

test('drift-recreated does not count a deployment that the learner made again, however it was dressed up', async () => {
  const byHand =
    (dressed: boolean): Part =>
    async (world) => {
      const url = `${memberUrl(world, 'member-west')}/apis/apps/v1/namespaces/fleet-demo/deployments`
      const { body } = await send(world, 'GET', `${url}/web`)
      const metadata = body.metadata as JsonObject
      await send(world, 'DELETE', `${url}/web`)
      const owners = dressed ? { ownerReferences: metadata.ownerReferences } : {}
      const copy = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', ...owners }, spec: body.spec }
      const manager = dressed ? 'work-api-agent' : 'kubectl-client-side-apply'
      await send(world, 'POST', `${url}?fieldManager=${manager}`, copy)
      await world.clock.advance(60_000)
    }
  const plain = await after([...untilPlaced, byHand(false)], 'drift-recreated')
  assert.equal(plain.verdict, 'not yet')
  assert.match(plain.seen, /^it was deleted and made again by ".+", not by Fleet/)
  const dressed = await after([...untilPlaced, byHand(true)], 'drift-recreated')
  assert.equal(dressed.verdict, 'not yet')
  assert.match(dressed.seen, /^it was deleted and made again by "masterclient", not by Fleet/)
})

function strategy(stages: JsonObject[]): Part {
  return async (world) => {
    const { status, body } = await send(world, 'PUT', `${fleetUrl(world)}/updateStrategies/safe-rollout?api-version=2025-08-01-preview`, {
      properties: { strategy: { stages } },
    })
    assert.ok(status < 300, JSON.stringify(body))
  }
}

test('two-ordered-stages tells each wrong strategy what is wrong with it', async () => {
  const one = { name: 'one', groups: [{ name: 'stage1' }] }
  const cases: [JsonObject[], string][] = [
    [[one], '1 stage: one'],
    [[one, { name: 'two', groups: [{ name: 'stage2' }] }, { name: 'three', groups: [{ name: 'stage3' }] }], '3 stages: one, two, three'],
    [[one, { name: 'two', groups: [{ name: 'canary' }] }], 'no member is in the group "canary" (members: member-east in stage1, member-west in stage2)'],
  ]
  for (const [stages, seen] of cases) {
    const found = await after([buildFleet, strategy(stages)], 'two-ordered-stages')
    assert.deepEqual([found.verdict, found.seen], ['not yet', seen])
  }
})

test('two-ordered-stages is not yet without a fleet or a strategy, and done with the exercise’s own', async () => {
  assert.equal((await after([], 'two-ordered-stages')).seen, 'no fleet')
  assert.equal((await after([buildFleet], 'two-ordered-stages')).seen, 'no update strategy')
  const found = await after([buildFleet, stage], 'two-ordered-stages')
  assert.deepEqual([found.verdict, found.seen], ['done', 'stage-1-canary: stage1, then stage-2-production: stage2'])
})

test('after the whole exercise every criterion is done', async () => {
  const world = await createExerciseWorld()
  const watcher = await watchFleetLab(world)
  for (const part of [buildFleet, authorize, deployToHub, place, drift, stage]) {
    await part(world)
    await verdictOn(world, watcher, 'drift-recreated')
  }
  assert.deepEqual(
    watcher.standings().map(({ id, verdict }) => `${id} ${verdict}`),
    ['members-joined done', 'placement-applied done', 'workload-on-members done', 'drift-recreated done', 'two-ordered-stages done'],
  )
  watcher.stop()
  world.close()
})

test('what checks remembered can be stored and given back: a repair seen before a restart still counts', async () => {
  const world = await createExerciseWorld()
  const first = await watchFleetLab(world)
  for (const part of [buildFleet, authorize, deployToHub, place, drift]) {
    await part(world)
    await verdictOn(world, first, 'drift-recreated')
  }
  const stored = JSON.parse(JSON.stringify(first.standings().find(({ id }) => id === 'drift-recreated')))
  assert.equal(stored.verdict, 'done')
  first.stop()
  const second = await watchFleetLab(world)
  assert.equal((await verdictOn(world, second, 'drift-recreated')).verdict, 'not yet')
  second.stop()
  world.close()
})

test('the exercise played as requests needs no watching to be done in Azure and on the hub', async () => {
  const { verdict } = await after([playExercise], 'placement-applied')
  assert.equal(verdict, 'done')
})

test('a check that throws cannot tell, says so, and takes no other check with it', async () => {
  const world = await createExerciseWorld()
  const broken = defineCheck({
    id: 'broken',
    says: 'It breaks',
    start: null,
    watches: () => [{ from: 'azure' }],
    async look() {
      throw new TypeError('no such thing')
    },
  })
  const sound = defineCheck({
    id: 'sound',
    says: 'It holds',
    start: null,
    watches: () => [{ from: 'azure' }],
    look: async () => done({ expected: 'nothing', seen: 'nothing', where: 'nowhere' }),
  })
  const watcher = startWatcher({
    checks: [broken, sound],
    surroundings: surroundingsOf(world),
    parameters: {},
    activity: world.activity,
    now: () => world.clock.now(),
  })
  const { verdict, seen } = await verdictOn(world, watcher, 'broken')
  assert.deepEqual([verdict, seen], ['cannot tell', 'the check itself failed: no such thing'])
  assert.equal((await verdictOn(world, watcher, 'sound')).verdict, 'done')
  watcher.stop()
  world.close()
})
