// Worlds: heap, snapshot, restore, fork, and the CPU of worlds that nobody uses.
import { readSnapshot, writeSnapshot } from '#runner/world/snapshot.ts'
import { createWorld, forkWorld, type World } from '#runner/world/world.ts'
import { createExerciseWorld, exerciseFile, playExercise } from '#test/support/exercise-requests.ts'
import { type Figure, heapUsed, medianMs } from './measure.ts'

const mebibyte = 1024 * 1024
const idle = { worlds: 20, seconds: 10, settling: 3 }

/** Figures of whole worlds. */
export async function worldFigures(): Promise<Figure[]> {
  const played = async (): Promise<{ world: World; heap: number }> => {
    const before = heapUsed()
    const world = await createExerciseWorld()
    await playExercise(world)
    return { world, heap: heapUsed() - before }
  }
  // The first one brings along what all worlds of a process share: tables of facts, schemas, compiled code.
  const first = await played()
  const { world, heap } = await played()
  first.world.close()
  const snapshot = await world.snapshot()
  const bytes = writeSnapshot(snapshot)
  const restored = async (): Promise<void> => (await createWorld(exerciseFile, { snapshot: readSnapshot(bytes) })).close()
  const figures: Figure[] = [
    { what: 'heap: world with hub and two joined members', budget: 6, measured: heap / mebibyte, unit: 'MiB' },
    { what: 'heap: the first such world, with what all share', budget: undefined, measured: first.heap / mebibyte, unit: 'MiB' },
    { what: 'snapshot of the exercise’s world', budget: 20, measured: await medianMs(() => world.snapshot()), unit: 'ms' },
    { what: 'snapshot written as bytes', budget: undefined, measured: await medianMs(() => writeSnapshot(snapshot), 10), unit: 'ms' },
    { what: 'snapshot, compressed', budget: 200, measured: bytes.length / 1000, unit: 'KB' },
    { what: 'restore from bytes', budget: 50, measured: await medianMs(restored, 10), unit: 'ms' },
    { what: 'fork', budget: 50, measured: await medianMs(async () => (await forkWorld(world)).close(), 10), unit: 'ms' },
  ]
  const forks = await Promise.all(Array.from({ length: idle.worlds }, () => forkWorld(world)))
  const stopped = await cpuWhileIdle()
  for (const fork of forks) fork.clock.start()
  const running = await cpuWhileIdle()
  for (const fork of forks) fork.close()
  world.close()
  const measured = Math.max(0, running - stopped)
  figures.push({ what: `CPU of ${idle.worlds} idle worlds over ${idle.seconds} s`, budget: 0, measured, unit: 'ms' })
  figures.push({ what: 'the same while their clocks stand: the process itself', budget: undefined, measured: stopped, unit: 'ms' })
  return figures
}

/** Ms of CPU of this process while nobody asks it anything, once collector and compiler have come to rest. */
async function cpuWhileIdle(): Promise<number> {
  heapUsed()
  await new Promise((resolve) => setTimeout(resolve, idle.settling * 1000))
  const before = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, idle.seconds * 1000))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
