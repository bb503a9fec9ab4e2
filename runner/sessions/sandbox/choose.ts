// Which body a sandbox gets: the one that was asked for, or the best that this machine gives; never none by itself.
import { createBubblewrap } from './bubblewrap.ts'
import { sweepControlGroups } from './control-groups.ts'
import { sweepFolders } from './leftovers.ts'
import { createNamespaces } from './namespaces.ts'
import { createNone } from './none.ts'
import { probeBubblewrap, probeNamespaces } from './probe.ts'
import type { Sandbox, SandboxBody, SandboxKind, SandboxOptions } from './sandbox.ts'
import { isSystemProgram } from './seccomp-loader.ts'
import { createSandbox } from './shells.ts'

/** What may be asked for. */
export const sandboxChoices = ['auto', 'bubblewrap', 'namespaces', 'none'] as const
export type SandboxChoice = (typeof sandboxChoices)[number]

const bodies: Readonly<Record<SandboxKind, (options: SandboxOptions) => Promise<SandboxBody>>> = {
  bubblewrap: (options) => explained(createBubblewrap(options), probeBubblewrap),
  namespaces: (options) => explained(createNamespaces(options), probeNamespaces),
  none: createNone,
}

/** The body that a choice means on this machine, tried once; what a killed runner has left is swept. Throws `MachineError` with the remedy where it cannot be had. */
export async function sandboxFor(choice: SandboxChoice): Promise<SandboxKind> {
  sweepFolders()
  await sweepControlGroups()
  if (choice === 'auto') return bestOf()
  if (choice === 'bubblewrap') await probeBubblewrap()
  if (choice === 'namespaces') await probeNamespaces()
  return choice
}

/** A sandbox that is ready for shells. Throws `MachineError` where this machine cannot give it. */
export async function openSandbox(choice: SandboxChoice, options: SandboxOptions): Promise<Sandbox> {
  const kind = choice === 'auto' ? await sandboxFor(choice) : choice
  return createSandbox(await bodies[kind](options))
}

/** Bubblewrap where it is and works; the namespaces have the same walls, and where they cannot be had either that is what is said. */
async function bestOf(): Promise<SandboxKind> {
  if (isSystemProgram('bwrap')) {
    const works = await probeBubblewrap().then(
      () => true,
      () => false,
    )
    if (works) return 'bubblewrap'
  }
  await probeNamespaces()
  return 'namespaces'
}

/** Where a machine refuses, its own words say little: the probe finds the reason. */
async function explained(body: Promise<SandboxBody>, probe: () => Promise<void>): Promise<SandboxBody> {
  try {
    return await body
  } catch (error) {
    await probe()
    throw error
  }
}
