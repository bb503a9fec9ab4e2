// From words to a command: finds it, shows help, parses, asks, runs, prints.

import { notSimulated } from './cli-error.ts'
import type { CommandFacts, FactsFile } from './command.ts'
import type { AzConfig } from './config.ts'
import type { AzContext } from './context.ts'
import { dynamicInstall } from './dynamic-install.ts'
import { installedExtensions } from './extensions.ts'
import { loadFacts, loadRoot, type RootFacts } from './facts.ts'
import { commandHelp, groupHelp, rootHelp } from './help.ts'
import type { Log } from './log.ts'
import { runCommand } from './run-command.ts'
import { subcommandMissing, unknownCommand } from './usage.ts'
import { printVersion } from './version-text.ts'
import { privacyStatement, welcomeMessage } from './welcome.ts'

/** What one invocation works with. */
export interface Surroundings {
  readonly context: AzContext
  readonly config: AzConfig
  readonly log: Log
}

const extensionCommands: Readonly<Record<string, string>> = { fleet: 'fleet' }

/** Carries out one command line. */
export async function invoke(words: readonly string[], surroundings: Surroundings): Promise<number> {
  if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) return printVersion(surroundings)
  const rest = words.filter((word) => !['--debug', '--verbose', '--only-show-errors'].includes(word))
  const first = rest.findIndex((word) => !word.startsWith('-'))
  const helpFirst = rest[0] === 'help' || (rest[0] !== undefined && isHelp(rest[0]))
  if (rest.length === 0 || helpFirst || first < 0) return printRoot(surroundings, rest.length === 0)
  return descend(words.slice(words.indexOf(rest[first] ?? '')), surroundings)
}

function isHelp(word: string): boolean {
  return word === '-h' || word === '--help'
}

async function printRoot({ context, config }: Surroundings, welcome: boolean): Promise<number> {
  const root = await knownTopLevel(context)
  if (!config.flag('core', 'first_run', false)) {
    context.stdout(`${privacyStatement}\n`)
    await config.set('core', 'first_run', 'yes')
  }
  context.stdout(`${welcome ? `${welcomeMessage}\n` : ''}${rootHelp(root)}`)
  return 0
}

/** The top level with the commands of installed extensions. */
export async function knownTopLevel(context: AzContext): Promise<RootFacts> {
  const root = await loadRoot()
  const installed = await installedExtensions(context)
  const added = Object.entries(extensionCommands).filter(([, extension]) => installed.some((entry) => entry.name === extension))
  const children = await Promise.all(added.map(async ([name]) => ({ name, type: 'group' as const, short: (await loadFacts(name))?.groups[name]?.short ?? '' })))
  return { names: [...root.names, ...added.map(([name]) => name)], children: [...root.children, ...children] }
}

async function descend(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const top = words[0] ?? ''
  const extension = extensionCommands[top]
  const available = extension === undefined || (await installedExtensions(surroundings.context)).some((entry) => entry.name === extension)
  const facts = available ? await loadFacts(top) : undefined
  if (facts === undefined) return unknownTop(words, surroundings)
  for (let depth = 1; ; depth += 1) {
    const path = words.slice(0, depth).join(' ')
    const command = facts.commands[path]
    const rest = words.slice(depth)
    if (command !== undefined) return atCommand({ path, command, rest, extension }, surroundings)
    const group = facts.groups[path]
    if (group === undefined) throw notSimulated(path)
    const next = rest[0]
    if (rest.some(isHelp) && (next === undefined || next.startsWith('-'))) {
      surroundings.context.stdout(groupHelp(path, group))
      return 0
    }
    if (next === undefined || next.startsWith('-')) throw subcommandMissing()
    if (!group.names.includes(next)) return unknownName({ words, path, value: next, names: group.names }, facts, surroundings)
  }
}

interface FoundCommand {
  readonly path: string
  readonly command: CommandFacts
  readonly rest: readonly string[]
  readonly extension: string | undefined
}

async function atCommand(found: FoundCommand, surroundings: Surroundings): Promise<number> {
  const { context, log } = surroundings
  return runCommand(found.path, found.command, found.rest, {
    ...surroundings,
    showHelp: () => {
      if (found.extension !== undefined) log.warning(`This command is from the following extension: ${found.extension}`)
      context.stdout(commandHelp(found.path, found.command, context.home))
    },
  })
}

async function unknownTop(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const root = await knownTopLevel(surroundings.context)
  const value = words[0] ?? ''
  if (root.names.includes(value))
    throw notSimulated(
      words
        .filter((word) => !word.startsWith('-'))
        .slice(0, 3)
        .join(' '),
    )
  return unknownName({ words, path: '', value, names: root.names }, undefined, surroundings)
}

async function unknownName(
  unknown: { words: readonly string[]; path: string; value: string; names: readonly string[] },
  facts: FactsFile | undefined,
  surroundings: Surroundings,
): Promise<number> {
  const { context, config, log } = surroundings
  const install = await dynamicInstall(unknown.words, { context, config, log })
  if (install.exitCode !== undefined) return install.rerun ? invoke(unknown.words, surroundings) : install.exitCode
  const error = await unknownCommand({
    value: unknown.value,
    names: unknown.names,
    words: unknown.words,
    topLevel: unknown.path === '',
    dynamicInstall: install.enabled,
    group: unknown.path,
    examplesOf: async (command) => {
      const file = facts ?? (await loadFacts(command.split(' ')[0] ?? ''))
      return file?.commands[command]?.examples ?? file?.groups[command]?.examples
    },
  })
  log.failure(error)
  return error.exitCode
}
