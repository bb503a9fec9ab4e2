// Which body a sandbox gets: the one that was asked for, or the best that this machine gives; never none by itself.
import { MachineError } from '../machine-error.ts'
import { createNamespaces } from './namespaces.ts'
import { createNone } from './none.ts'
import { probeNamespaces } from './probe.ts'
import type { Sandbox, SandboxBody, SandboxKind, SandboxOptions } from './sandbox.ts'
import { createSandbox } from './shells.ts'

/** What may be asked for. */
export const sandboxChoices = ['auto', 'bubblewrap', 'namespaces', 'none'] as const
export type SandboxChoice = (typeof sandboxChoices)[number]

const bodies: Readonly<Record<SandboxKind, (options: SandboxOptions) => Promise<SandboxBody>>> = {
  async bubblewrap() {
    throw new MachineError('The sandbox "bubblewrap" does not exist yet', 'Use "--sandbox namespaces", which needs nothing but util-linux.')
  },
  async namespaces(options) {
    try {
      return await createNamespaces(options)
    } catch (error) {
      await probeNamespaces()
      throw error
    }
  },
  none: createNone,
}

/** The body that a choice means on this machine, tried once. Throws `MachineError` with the remedy where it cannot be had. */
export async function sandboxFor(choice: SandboxChoice): Promise<SandboxKind> {
  const kind = choice === 'auto' ? 'namespaces' : choice
  if (kind === 'namespaces') await probeNamespaces()
  return kind
}

/** A sandbox that is ready for shells. Throws `MachineError` where this machine cannot give it. */
export async function openSandbox(choice: SandboxChoice, options: SandboxOptions): Promise<Sandbox> {
  return createSandbox(await bodies[choice === 'auto' ? 'namespaces' : choice](options))
}
