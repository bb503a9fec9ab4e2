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

/** Options of commands that can play a lab on clusters that exist. */
export const realOptions: readonly Option[] = [
  { name: '--kubeconfig', value: 'FILE', says: 'with --clusters real: the clusters that exist; which is which says --set, as "--set hub=CONTEXT"' },
  { name: '--yes', says: 'with --clusters real: make what is listed without asking' },
  { name: '--clean-up', says: 'with --clusters real: take away what was made, at the end or from an earlier run' },
]

/** The folders that `--bind` shows at their own path. */
export function boundFolders(given: Given, machine: Machine): readonly Shown[] {
  return given.values('--bind').map((word) => {
    const path = resolve(machine.cwd, word)
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`"--bind" expects a folder, found "${word}"`)
    if (path === '/') throw new UsageError('"--bind /" would show the whole machine: name a folder below it')
    return { source: path, target: path }
  })
}
