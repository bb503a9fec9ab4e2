// Options that several commands have, word for word the same.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type SandboxChoice, sandboxChoices } from '../sessions/sandbox/choose.ts'
import type { Shown } from '../sessions/sandbox/sandbox.ts'
import { type Given, type Option, UsageError } from './command.ts'
import type { Machine } from './machine.ts'

export const seedOption: Option = { name: '--seed', value: 'N', says: 'seed of names, addresses and faults; the same seed gives the same world' }

export const sandboxOption: Option = {
  name: '--sandbox',
  value: 'KIND',
  choices: sandboxChoices,
  says: 'what the shell is shut in; "none" only where you alone use it',
}

export const clustersOption: Option = { name: '--clusters', value: 'KIND', choices: ['simulated', 'real'], says: 'what answers' }

/** The sandbox that was asked for. */
export function sandboxOf(given: Given): SandboxChoice {
  return sandboxChoices.find((choice) => choice === given.value('--sandbox')) ?? 'auto'
}

/** The page's sessions are simulated worlds: real clusters are refused honestly. */
export function refuseReal(given: Given): void {
  if (given.value('--clusters') === 'real')
    throw new UsageError(
      '"serve --clusters real" is not there: the page runs on simulated clusters; "drydock run LAB --clusters real" runs a lab on clusters that exist',
    )
}

/** The folders that `--bind` shows at their own path. */
export function boundFolders(given: Given, machine: Machine): readonly Shown[] {
  return given.values('--bind').map((word) => {
    const path = resolve(machine.cwd, word)
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`"--bind" expects a folder, found "${word}"`)
    if (path === '/') throw new UsageError('"--bind /" would show the whole machine: name a folder below it')
    return { source: path, target: path }
  })
}
