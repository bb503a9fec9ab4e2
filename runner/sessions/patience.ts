// Waiting for a world in true time: woken by changes, never by looking again and again.
import type { Watcher } from '../checks/watcher.ts'
import type { World } from '../world/world.ts'

/** How long a patient learner waits, ms: for a step's aim, at the end in all, at the end without any change. */
export interface Patience {
  readonly step: number
  readonly end: number
  readonly quiet: number
}

/** What a lab is run on: a simulated world, or clusters that exist. */
export interface RunGround {
  readonly seed: number | string
  readonly patience: Patience
  /** False while something that was asked for is not in effect yet, though no criterion tells of it. */
  settled(): boolean
  /** Calls back after changes that no criterion may tell of. */
  onChange(listener: () => void): () => void
}

/** A simulated world as a run's ground; waits as decision 18 says. */
export function worldGround(world: World): RunGround {
  return {
    seed: world.file.seed,
    patience: { step: 10_000, end: 30_000, quiet: 5_000 },
    settled: () => (world.azure?.pendingAssignments() ?? 0) === 0,
    onChange(listener) {
      const stops = [world.onChange(listener), ...(world.azure ? [world.azure.onChange(listener)] : [])]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

interface Watched {
  readonly ground: RunGround
  readonly watcher: Watcher
}

/** Resolves when the condition holds, or after `limit` ms; tells which. */
export function untilHolds(watched: Watched, holds: () => boolean, limit: number): Promise<boolean> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = []
    const end = (held: boolean): void => {
      for (const stop of stops.splice(0)) stop()
      resolve(held)
    }
    const look = (): void => {
      if (holds()) end(true)
    }
    const deadline = setTimeout(() => end(holds()), limit)
    stops.push(() => clearTimeout(deadline), ...onAnyChange(watched, look))
    look()
  })
}

/** Resolves when the condition holds, when nothing has changed for a while, or at the latest after the whole patience of an end. */
export async function untilQuiet(watched: Watched, holds: () => boolean): Promise<void> {
  const began = performance.now()
  const { patience } = watched.ground
  for (;;) {
    let changed = false
    const stops = onAnyChange(watched, () => {
      changed = true
    })
    const left = patience.end - (performance.now() - began)
    const held = await untilHolds(watched, holds, Math.min(patience.quiet, Math.max(0, left)))
    for (const stop of stops) stop()
    if (held || !changed || performance.now() - began >= patience.end) return
  }
}

function onAnyChange({ ground, watcher }: Watched, wake: () => void): (() => void)[] {
  return [watcher.onChange(wake), ground.onChange(wake)]
}
