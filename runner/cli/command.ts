// What a drydock command is, as data: parser, help and suggestions follow from it.
import type { Machine } from './machine.ts'

/** One option. With `value` it takes one, named so in the help; without it is a switch. */
export interface Option {
  /** As it is typed: `--seed`, `-c`. */
  readonly name: string
  readonly value?: string
  readonly repeated?: boolean
  readonly choices?: readonly string[]
  readonly says: string
}

/** A word that stands without an option. */
export interface Word {
  readonly name: string
  readonly required?: boolean
  readonly repeated?: boolean
  readonly says: string
}

/** What was typed, checked against the command. */
export interface Given {
  readonly words: readonly string[]
  /** The last value of an option, or undefined where it was not given. */
  value(name: string): string | undefined
  values(name: string): readonly string[]
  has(name: string): boolean
}

/** A command. Its `run` gives the exit code. */
export interface Command {
  /** One word, or two: `world up`. */
  readonly name: string
  readonly says: string
  readonly words: readonly Word[]
  readonly options: readonly Option[]
  /** What stands below the options in the help. */
  readonly notes?: readonly string[]
  run(given: Given, machine: Machine): Promise<number>
}

/** Exit codes of the contract. */
export const exitCodes = { done: 0, failed: 1, wrongUse: 2, missing: 3, interrupted: 130 } as const

/** Wrong use: what was typed cannot be done. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
