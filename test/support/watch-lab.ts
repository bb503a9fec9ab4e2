// The Fleet lab's checks at work on a world whose clock stands still.
import { readFile } from 'node:fs/promises'
import { loadChecks } from '#runner/checks/load-checks.ts'
import { watchWorld } from '#runner/checks/watch-world.ts'
import type { Standing, Watcher } from '#runner/checks/watcher.ts'
import { type Lab, type LabFolder, loadLab } from '#runner/labs/load-labs.ts'
import type { World } from '#runner/world/world.ts'

/** The project's own labs. */
export const labFolder: LabFolder = {
  labs: async () => ['fleet-manager'],
  courses: async () => ['aks-deep-dive'],
  read: (path) => readFile(`labs/${path}`, 'utf8').catch(() => undefined),
}

/** The Fleet lab. */
export function fleetLab(): Promise<Lab> {
  return loadLab(labFolder, 'fleet-manager')
}

/** Starts the Fleet lab's checks on a world. */
export async function watchFleetLab(world: World): Promise<Watcher> {
  const lab = await fleetLab()
  const checks = await loadChecks(lab, (path) => import(`../../checks/${path}`))
  const watcher = watchWorld(world, { lab, checks })
  await quiet(world)
  return watcher
}

/** Lets every stream deliver what it holds. Nothing is asked to look: checks look by themselves. */
export async function quiet(world: World): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    await world.activity.settled()
  }
}

/** The verdict on one criterion, after all is quiet. */
export async function verdictOn(world: World, watcher: Watcher, id: string): Promise<Standing> {
  await quiet(world)
  const standing = watcher.standings().find((entry) => entry.id === id)
  if (!standing) throw new Error(`No check has the id "${id}"`)
  return standing
}
