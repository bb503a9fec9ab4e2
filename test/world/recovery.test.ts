// A world whose process was killed: the snapshot and the recovery log, cut anywhere, give the world that was acknowledged.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf } from '#runner/kubernetes/object.ts'
import type { WorldRecord } from '#runner/world/recovery.ts'
import type { World, WorldSnapshot } from '#runner/world/world.ts'
import { authorize, buildFleet, createExerciseWorld, deployToHub, drift, memberUrl, place, playExercise, send, stage } from '#test/support/exercise-requests.ts'

async function recorded(play: (world: World) => Promise<void>): Promise<{ start: WorldSnapshot; records: WorldRecord[]; world: World }> {
  const records: WorldRecord[] = []
  const world = await createExerciseWorld({ record: (record) => records.push(JSON.parse(JSON.stringify(record)) as WorldRecord) })
  const start = JSON.parse(JSON.stringify(await world.snapshot())) as WorldSnapshot
  await play(world)
  return { start, records, world }
}

test('a world recovered from its first snapshot and the whole log holds every object, resource and version', async () => {
  const { start, records, world } = await recorded(playExercise)
  const recovered = await createExerciseWorld({ snapshot: start, records })
  const [before, after] = [world.clusters(), recovered.clusters()]
  assert.deepEqual(
    after.map(({ spec }) => spec),
    before.map(({ spec }) => spec),
  )
  for (const [index, { server, adminToken, spec }] of before.entries()) {
    const twin = after[index]
    assert.equal(twin?.adminToken, adminToken)
    for (const { group, version, plural, kind } of server.resources().filter(({ kind }) => kind !== 'Event')) {
      const apiVersion = group === '' ? version : `${group}/${version}`
      assert.deepEqual(twin?.server.reader.list(apiVersion, kind), server.reader.list(apiVersion, kind), `${plural} of ${spec.name}`)
    }
  }
  assert.deepEqual(recovered.azure?.state().resources, world.azure?.state().resources)
  assert.deepEqual(recovered.azure?.state().operations, world.azure?.state().operations)
  assert.deepEqual(recovered.memberships(), world.memberships())
  assert.ok(recovered.clock.now() <= world.clock.now())
})

test('a recovered world goes on: Fleet repairs drift, and new names are no old ones', async () => {
  const { start, records } = await recorded(async (world) => {
    for (const part of [buildFleet, authorize, deployToHub, place]) await part(world)
  })
  const world = await createExerciseWorld({ snapshot: start, records })
  const url = (): string => `${memberUrl(world, 'member-west')}/apis/apps/v1/namespaces/fleet-demo/deployments/web`
  const before = await send(world, 'GET', url())
  await drift(world)
  await world.clock.advance(900_000)
  const after = await send(world, 'GET', url())
  assert.equal(after.status, 200)
  assert.notDeepEqual(uid(after.body), uid(before.body))
  await stage(world)
})

test('a log cut at any point gives the objects and resources as they were acknowledged there', async () => {
  const { start, records } = await recorded(playExercise)
  const cuts = [1, 5, 20, 60, 150, 400, 700, records.length - 1].filter((cut) => cut < records.length)
  for (const cut of cuts) {
    const kept = records.slice(0, cut)
    // Nothing is done by controllers before the objects are compared: a clock that has no time does not let them begin twice.
    const world = await createExerciseWorld({ snapshot: start, records: kept })
    const latest = new Map(
      kept.flatMap((record) => (record.kind === 'object' ? [[`${record.cluster} ${record.mutation.resource} ${record.mutation.key}`, record]] : [])),
    )
    for (const { cluster, mutation } of latest.values()) {
      const found = world.clusters().find(({ spec }) => spec.id === cluster)
      const { apiVersion, kind, metadata } = mutation.object
      const now = found?.server.reader.get(apiVersion, kind, keyOf(mutation.object))
      if (mutation.type !== 'DELETED') assert.ok(Number(now?.metadata.resourceVersion) >= mutation.revision, `${kind} ${metadata.name} after ${cut} records`)
    }
    world.close()
  }
})

test('what containers hold comes back as it was when a command was last over', async () => {
  const { start, records, world } = await recorded(async (one) => {
    for (const part of [buildFleet, authorize]) await part(one)
    await send(one, 'POST', `${memberUrl(one, 'member-east')}/api/v1/namespaces/default/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'writer' },
      spec: { containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'echo hello; echo kept > /file; sleep 3600'] }] },
    })
    await one.clock.advance(20_000)
    await send(one, 'GET', `${memberUrl(one, 'member-east')}/api/v1/namespaces/default/pods/writer`)
    one.recordContainers()
    one.recordContainers()
  })
  const kept = records.filter((record) => record.kind === 'containers')
  assert.ok(kept.length > 0 && kept.length <= world.clusters().length, 'recorded once for each cluster that changed')
  const recovered = await createExerciseWorld({ snapshot: start, records })
  for (const [index, cluster] of world.clusters().entries()) assert.deepEqual(recovered.clusters()[index]?.containers().files, cluster.containers().files)
  assert.match(JSON.stringify(recovered.clusters().map((cluster) => cluster.containers())), /kept/)
})

function uid(body: unknown): string | undefined {
  return (body as { metadata?: { uid?: string } }).metadata?.uid
}
