// An unknown command may be an extension's: az looks it up, installs the extension and goes on.
import { isObject, type Json } from '../base/json.ts'
import { AzError } from './cli-error.ts'
import { getPage, type InstallSurroundings, installEntry, resolveExtension } from './extension-index.ts'
import { installedExtensions } from './extensions.ts'
import { askYesNo, canAsk } from './prompts.ts'

/** What became of an unknown command. */
export interface DynamicInstall {
  /** Commands are looked up in extensions at all. */
  readonly enabled: boolean
  /** Set when the matter is settled; otherwise the command is unknown. */
  readonly exitCode?: number
  /** The extension is there now: run the command again. */
  readonly rerun?: boolean
}

/** Looks an unknown command up in the extensions' command tree, and installs what has it. */
export async function dynamicInstall(words: readonly string[], surroundings: InstallSurroundings): Promise<DynamicInstall> {
  const mode = installMode(surroundings)
  if (mode === 'no') return { enabled: false }
  const help = ['-h', '--help'].includes(words.at(-1) ?? '')
  const name = await findExtension(words, help, surroundings)
  if (name === undefined) return { enabled: true }
  warnOfPreviews(surroundings)
  if (await isNewest(name, surroundings)) return { enabled: true }
  if (!(await mayInstall(name, mode === 'yes_without_prompt', surroundings))) {
    surroundings.log.failure(
      new AzError(`The command requires the latest version of extension ${name}. To install, run 'az extension add --upgrade -n ${name}'.`),
    )
    return { enabled: true, exitCode: 2 }
  }
  await installEntry(name, await resolveExtension(name, surroundings, {}), surroundings)
  return { enabled: true, exitCode: 0, rerun: true }
}

function installMode({ context, config }: InstallSurroundings): string {
  const otherwise = canAsk(context) ? 'yes_prompt' : 'yes_without_prompt'
  const mode = (config.get('extension', 'use_dynamic_install') ?? otherwise).toLowerCase()
  return ['no', 'yes_prompt', 'yes_without_prompt'].includes(mode) ? mode : otherwise
}

async function findExtension(words: readonly string[], prefix: boolean, surroundings: InstallSurroundings): Promise<string | undefined> {
  const end = words.findIndex((word) => word.startsWith('-'))
  let node: Json | undefined = await commandTree(surroundings)
  for (const word of end < 0 ? words : words.slice(0, end)) {
    if (!isObject(node)) return undefined
    node = Object.hasOwn(node, word) ? node[word] : undefined
    if (typeof node === 'string') return node
  }
  return prefix ? firstName(node) : undefined
}

function firstName(node: Json | undefined): string | undefined {
  if (typeof node === 'string' || node === undefined) return node
  return isObject(node)
    ? Object.values(node)
        .map(firstName)
        .find((name) => name !== undefined)
    : undefined
}

/** The tree of all extensions' commands, kept in the configuration folder. */
async function commandTree({ context, config, log }: InstallSurroundings): Promise<Json | undefined> {
  const path = `${config.folder}/extensionCommandTree.json`
  const kept = await context.files.read(path)
  if (kept !== undefined) return JSON.parse(kept) as Json
  try {
    const response = await getPage(context, 'https://aka.ms/azExtCmdTree')
    if (response.status !== 200) return undefined
    const text = await response.text()
    await context.files.write(path, text)
    return JSON.parse(text) as Json
  } catch (error) {
    log.info(`Request failed for extension command tree: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

function warnOfPreviews({ config, log }: InstallSurroundings): void {
  if (config.get('extension', 'dynamic_install_allow_preview') !== undefined) return
  log.warning('Preview version of extension is disabled by default for extension installation, enabled for modules without stable versions. ')
  log.warning("Please run 'az config set extension.dynamic_install_allow_preview=true or false' to config it specifically. ")
}

async function isNewest(name: string, surroundings: InstallSurroundings): Promise<boolean> {
  const installed = (await installedExtensions(surroundings.context)).find((entry) => entry.name === name)
  if (installed === undefined) return false
  return resolveExtension(name, surroundings, { newerThan: installed.version }).then(
    () => false,
    () => true,
  )
}

async function mayInstall(name: string, silent: boolean, { context, log }: InstallSurroundings): Promise<boolean> {
  if (silent) {
    log.warning(`The command requires the extension ${name}. It will be installed first.`)
    return true
  }
  const yes = await askYesNo(
    context,
    `The command requires the extension ${name}. Do you want to install it now? The command will continue to run after the extension is installed.`,
    'y',
  )
  if (yes === true) log.warning("Run 'az config set extension.use_dynamic_install=yes_without_prompt' to allow installing extensions without prompt.")
  return yes === true
}
