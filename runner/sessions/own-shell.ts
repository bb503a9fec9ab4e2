// A shell on this machine itself, with its user's own programs and rights: for labs on clusters that exist (the room's door for that).
import { openBlockShell } from './sandbox/block-shell.ts'
import { realPipes } from './sandbox/processes.ts'
import type { BlockShell } from './sandbox/sandbox.ts'

/** Opens a bash in a folder, with these variables. Nothing shuts it in: it is as if the user typed. */
export function openOwnShell(options: { readonly folder: string; readonly environment: Readonly<Record<string, string>> }): BlockShell {
  return openBlockShell({
    kind: 'none',
    home: options.environment.HOME ?? options.folder,
    enter(program) {
      const [file = '', ...args] = [...realPipes, ...program]
      return { file, arguments: args, environment: { ...options.environment }, folder: options.folder }
    },
    close: async () => undefined,
  })
}
