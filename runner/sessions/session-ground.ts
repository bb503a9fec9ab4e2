// What sessions stand on: the lab's content, the machine's programs, the store, and true time; handed in by the server.
import type { Check } from '../checks/check.ts'
import type { Surroundings } from '../checks/view.ts'
import type { Lab } from '../labs/load-labs.ts'
import type { ProgressStore } from '../progress/progress-store.ts'
import type { OwnShellOptions } from './own-shell.ts'
import type { SandboxChoice } from './sandbox/choose.ts'
import type { Program, Shown } from './sandbox/sandbox.ts'
import type { Screens } from './screen/screens.ts'

/** A lab and its checks, loaded. */
export interface LoadedLab {
  readonly lab: Lab
  /** Criteria first, then milestones. */
  readonly checks: readonly Check[]
}

/** Clusters that exist, in the place of a simulated world: the shells are the user's own, and what was done is not taken back. */
export interface RealGround {
  readonly surroundings: Surroundings
  readonly parameters: Readonly<Record<string, string>>
  /** Where shells begin, and their variables. */
  readonly shell: OwnShellOptions
  /** Said to whoever opens the page. */
  readonly notice: string
}

/** The ground of every session. */
export interface SessionGround {
  readonly store: ProgressStore
  /** Folder with a folder for each session. */
  readonly folder: string
  readonly sandbox: SandboxChoice
  readonly programs: readonly Program[]
  readonly shown: readonly Shown[]
  readonly screens: Screens
  readonly limits: SessionLimits
  /** Loads a lab; rejects with a `FormError` where there is none or it has faults. */
  load(lab: string): Promise<LoadedLab>
  /** A folder with what each step up to this one begins with, the steps before it solved. */
  solved(lab: LoadedLab, step: number): Promise<string>
  /** Set where the lab is played on clusters that exist. */
  readonly real?: RealGround
  /** True time, ms since 1970. */
  now(): number
  /** One line of the operator's log. */
  log(event: string, facts: Readonly<Record<string, unknown>>): void
}

/** How long and how much. Times in ms. */
export interface SessionLimits {
  /** A world that nobody looks at stops its clock after this. */
  readonly clockStops: number
  /** Shells of a session where nobody is end after this; everything is stored. */
  readonly sleepsAfter: number
  /** What is stored is deleted after this. */
  readonly keptFor: number
  /** Live sessions of one learner, and of all. */
  readonly livePerLearner: number
  readonly live: number
  readonly terminals: number
  /** What a session's folder may hold, bytes. */
  readonly folderBytes: number
}

const minute = 60_000

/** The usual limits. */
export const usualLimits: SessionLimits = {
  clockStops: 5 * minute,
  sleepsAfter: 15 * minute,
  keptFor: 14 * 24 * 60 * minute,
  livePerLearner: 3,
  live: 500,
  terminals: 6,
  folderBytes: 256 * (1 << 20),
}
