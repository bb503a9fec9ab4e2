// Worlds: heap, snapshot, restore, fork, and the CPU of worlds that nobody uses.
import { readSnapshot, writeSnapshot } from '#runner/world/snapshot.ts'
import { createWorld, forkWorld } from '#runner/world/world.ts'
import { createExerciseWorld, exerciseFile, playExercise } from '#test/support/exercise-requests.ts'
import { type Figure, heapUsed, medianMs } from './measure.ts'

const mebibyte = 1024 * 1024
const idle = { worlds: 20, seconds: 10 }

/** Figures of whole worlds. */
export async function worldFigures(): Promise<Figure[]> {
  const before = heapUsed()
  const world = await createExerciseWorld()
  await playExercise(world)
  const heap = heapUsed() - before
  const snapshot = await world.snapshot()
  const bytes = writeSnapshot(snapshot)
  const restored = async (): Promise<void> => (await createWorld(exerciseFile, { snapshot: readSnapshot(bytes) })).close()
  const figures: Figure[] = [
    { what: 'heap: world with hub and two joined members', budget: 6, measured: heap / mebibyte, unit: 'MiB' },
    { what: 'snapshot of the exercise’s world', budget: 20, measured: await medianMs(() => world.snapshot()), unit: 'ms' },
    { what: 'snapshot written as bytes', budget: undefined, measured: await medianMs(() => writeSnapshot(snapshot), 10), unit: 'ms' },
    { what: 'snapshot, compressed', budget: 200, measured: bytes.length / 1000, unit: 'KB' },
    { what: 'restore from bytes', budget: 50, measured: await medianMs(restored, 10), unit: 'ms' },
    { what: 'fork', budget: 50, measured: await medianMs(async () => (await forkWorld(world)).close(), 10), unit: 'ms' },
  ]
  const forks = await Promise.all(Array.from({ length: idle.worlds }, () => forkWorld(world)))
  for (const fork of forks) fork.clock.start()
  const cpu = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, idle.seconds * 1000))
  const used = process.cpuUsage(cpu)
  for (const fork of forks) fork.close()
  world.close()
  figures.push({ what: `CPU of ${idle.worlds} idle worlds over ${idle.seconds} s`, budget: 0, measured: (used.user + used.system) / 1000, unit: 'ms' })
  return figures
}
