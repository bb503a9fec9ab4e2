// az --version: what is installed, and whether something newer exists.
import { configFolder, extensionFolder } from './config.ts'
import type { AzContext } from './context.ts'
import { getPage } from './extension-index.ts'
import { installedExtensions } from './extensions.ts'
import { userAgents } from './http-client.ts'

/** Versions of az' own parts. */
export const coreVersions = { 'azure-cli': '2.91.0', 'azure-cli-core': '2.91.0', 'azure-cli-telemetry': '1.1.0' } as const

const width = 20
const dependencies = [
  ['msal', '1.39.0'],
  ['azure-mgmt-resource', '24.0.0'],
] as const

/** Prints what `az --version` prints. */
export async function printVersion({ context }: { readonly context: AzContext }): Promise<number> {
  const rows = (entries: readonly (readonly [string, string])[]): string =>
    entries.map(([name, version]) => `${name.padEnd(width)} ${version.padStart(width - 1)}\n`).join('')
  const extensions = (await installedExtensions(context)).map((entry) => [entry.name, entry.version] as const)
  const newer = await newerVersion(context)
  context.stdout(
    [
      rows([['azure-cli', coreVersions['azure-cli']]]),
      rows([
        ['core', coreVersions['azure-cli-core']],
        ['telemetry', coreVersions['azure-cli-telemetry']],
      ]),
      extensions.length === 0 ? '' : `Extensions:\n${rows(extensions)}`,
      `Dependencies:\n${rows(dependencies)}`,
      `Python location '/opt/az/bin/python3'\nConfig directory '${configFolder(context)}'\nExtensions directory '${extensionFolder(context)}'\n`,
      'Python (Linux) 3.11.7 (main, May  9 2026, 07:35:25) [GCC 12.2.0]\n',
      'Legal docs and information: aka.ms/AzureCliLegal\n\n',
      newer === undefined ? 'Unable to check if your CLI is up-to-date. Check your internet connection.\n' : 'Your CLI is up-to-date.\n',
    ]
      .filter((part) => part !== '')
      .join('\n'),
  )
  return 0
}

/** Asks for the newest version of each part; undefined when the answer cannot be had. */
async function newerVersion(context: AzContext): Promise<readonly string[] | undefined> {
  const host = 'https://azcliprod.blob.core.windows.net/cli'
  try {
    await context.fetch({ url: host, method: 'HEAD', headers: { 'user-agent': userAgents.requests, accept: '*/*' } })
    const versions: string[] = []
    for (const part of ['azure-cli-core', 'azure-cli-telemetry']) versions.push(await (await getPage(context, `${host}/${part}/setup.py`)).text())
    return versions
  } catch {
    return undefined
  }
}
