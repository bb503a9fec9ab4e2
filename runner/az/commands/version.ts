// az version.
import type { CommandGroup } from '../command.ts'
import { installedExtensions } from '../extensions.ts'
import { coreVersions } from '../version-text.ts'

/** `az version`. */
export const group: CommandGroup = {
  handlers: {
    version: async ({ context }) => {
      const extensions = (await installedExtensions(context)).map((entry) => [entry.name, entry.version] as const)
      return { ...coreVersions, extensions: Object.fromEntries(extensions) }
    },
  },
}
