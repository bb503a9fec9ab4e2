import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSnapshot, writeSnapshot } from '#runner/world/snapshot.ts'
import { createWorld, forkWorld } from '#runner/world/world.ts'
import {
  authorize,
  buildFleet,
  createExerciseWorld,
  deployToHub,
  drift,
  exerciseFile,
  hubUrl,
  memberUrl,
  place,
  playExercise,
  send,
  stage,
} from '#test/support/exercise-requests.ts'

/** Equal bytes; when not, tells where the snapshots part, since a difference of a megabyte helps nobody. */
function assertSame(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) === 0) return
  const [left, right] = [actual, expected].map((bytes) => JSON.stringify(readSnapshot(bytes)))
  let place = 0
  while (left?.[place] === right?.[place]) place += 1
  assert.equal(left?.slice(place - 150, place + 150), right?.slice(place - 150, place + 150))
}

test('the exercise runs as HTTP requests: the placement is applied, the drift repaired by another object', async () => {
  const world = await createExerciseWorld()
  await buildFleet(world)
  const refused = await send(world, 'GET', `${hubUrl(world)}/apis/cluster.kubernetes-fleet.io/v1/memberclusters`)
  assert.equal(refused.status, 403)
  await authorize(world)
  const joined = await send(world, 'GET', `${hubUrl(world)}/apis/cluster.kubernetes-fleet.io/v1/memberclusters`)
  assert.equal(joined.status, 200)
  await deployToHub(world)
  await place(world)
  const url = `${memberUrl(world, 'member-west')}/apis/apps/v1/namespaces/fleet-demo/deployments/web`
  const before = await send(world, 'GET', url)
  assert.equal(before.status, 200)
  await drift(world)
  const after = await send(world, 'GET', url)
  assert.equal(after.status, 200)
  const uid = (answer: typeof before): unknown => Reflect.get(answer.body.metadata as object, 'uid')
  assert.notEqual(uid(after), uid(before))
  await stage(world)
  world.close()
})

test('the same seed, secret and requests give the same bytes', async () => {
  const bytes = async (): Promise<Uint8Array> => {
    const world = await createExerciseWorld()
    await playExercise(world)
    const written = writeSnapshot(await world.snapshot())
    world.close()
    return written
  }
  assertSame(await bytes(), await bytes())
})

test('a world restored from bytes is the world that was written, and goes on as that one does', async () => {
  const world = await createExerciseWorld()
  await buildFleet(world)
  await authorize(world)
  await deployToHub(world)
  await place(world)
  const bytes = writeSnapshot(await world.snapshot())
  const restored = await createWorld(exerciseFile, { snapshot: readSnapshot(bytes) })
  assertSame(writeSnapshot(await restored.snapshot()), bytes)
  for (const one of [world, restored]) {
    await drift(one)
    await stage(one)
  }
  assertSame(writeSnapshot(await restored.snapshot()), writeSnapshot(await world.snapshot()))
  world.close()
  restored.close()
})

test('a fork goes its own way', async () => {
  const world = await createExerciseWorld()
  await buildFleet(world)
  await authorize(world)
  const before = writeSnapshot(await world.snapshot())
  const fork = await forkWorld(world)
  await deployToHub(fork)
  assertSame(writeSnapshot(await world.snapshot()), before)
  assert.notEqual(Buffer.compare(writeSnapshot(await fork.snapshot()), before), 0)
  world.close()
  fork.close()
})

test('an unknown format of snapshot is refused with the remedy', async () => {
  const world = await createExerciseWorld()
  const snapshot = await world.snapshot()
  world.close()
  const unknown = JSON.parse(JSON.stringify({ ...snapshot, format: 9 }))
  await assert.rejects(createWorld(exerciseFile, { snapshot: unknown }), /Cannot read a world of format 9: expected format 1/)
  assert.throws(() => readSnapshot(new Uint8Array([1, 2, 3])), /Cannot read the snapshot/)
})
