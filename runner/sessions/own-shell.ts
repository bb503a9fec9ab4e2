// Shells on this machine itself, with its user's own programs and rights: for labs on clusters that exist (the room's door for that).
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openBlockShell } from './sandbox/block-shell.ts'
import { realPipes } from './sandbox/processes.ts'
import type { BlockShell, Sandbox, SandboxBody } from './sandbox/sandbox.ts'
import { ownBashrc } from './sandbox/scripts.ts'
import { createSandbox } from './sandbox/shells.ts'

/** Where a shell begins, with which variables; KUBECONFIG is among them. */
export interface OwnShellOptions {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
}

/** Opens a bash in a folder, with these variables. Nothing shuts it in: it is as if the user typed. */
export function openOwnShell(options: OwnShellOptions): BlockShell {
  return openBlockShell(ownBody(options))
}

/** A sandbox that is none: its terminals are the user's own shells, which tell the page where commands begin. */
export function openOwnSandbox(options: OwnShellOptions): Sandbox {
  const rules = join(options.folder, 'bashrc')
  writeFileSync(rules, ownBashrc, { mode: 0o600 })
  return createSandbox(ownBody(options, rules))
}

function ownBody({ folder, environment }: OwnShellOptions, rules?: string): SandboxBody {
  const home = environment.HOME ?? folder
  return {
    kind: 'none',
    home,
    enter(program, terminal) {
      if (terminal === undefined || rules === undefined) {
        const [file = '', ...rest] = [...realPipes, ...program]
        return { file, arguments: rest, environment: { ...environment }, folder }
      }
      const [file = '', ...rest] = [...program, '--rcfile', rules]
      const more = { TERM: terminal, DRYDOCK_KUBECONFIG: environment.KUBECONFIG ?? '' }
      return { file, arguments: rest, environment: { ...environment, ...more }, folder: home }
    },
    close: async () => undefined,
  }
}
