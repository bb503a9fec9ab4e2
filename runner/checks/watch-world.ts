// A lab's checks at work on a simulated world (a door): what every run, proof and session of a lab needs.
import type { Lab } from '../labs/load-labs.ts'
import type { World } from '../world/world.ts'
import type { Check } from './check.ts'
import { startWatcher, type Watcher, type WatcherOptions } from './watcher.ts'
import { surroundingsOf } from './world-surroundings.ts'

/** What is watched for, and with which of the lab's parameters set otherwise; evidence as a watcher takes it. */
export interface WatchOptions extends Pick<WatcherOptions, 'evidence' | 'keep'> {
  readonly lab: Lab
  readonly checks: readonly Check[]
  readonly parameters?: Readonly<Record<string, string>>
}

/** Starts watching a world on its own clock. */
export function watchWorld(world: World, { lab, checks, parameters = lab.file.parameters, ...more }: WatchOptions): Watcher {
  return startWatcher({ checks, surroundings: surroundingsOf(world), parameters, activity: world.activity, now: () => world.clock.now(), ...more })
}
