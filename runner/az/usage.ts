// Errors of usage: unknown commands, wrong arguments, and what az advises then.

import { AzError } from './cli-error.ts'
import { closeMatches } from './close-matches.ts'
import type { CommandFacts } from './command.ts'
import type { UsageError } from './parse-args.ts'
import { queryReference } from './query.ts'
import { recommendExamples } from './recommend.ts'

const extensionReference =
  "If the command is from an extension, please make sure the corresponding extension is installed. To learn more about extensions, please visit 'https://learn.microsoft.com/cli/azure/azure-cli-extensions-overview'"

/** The error of a command whose arguments could not be parsed. */
export function argumentError(error: UsageError, command: string, facts: CommandFacts, words: readonly string[]): AzError {
  const examples = recommendExamples(facts.examples, { command, words, facts })
  if (error.choice !== undefined) {
    const { value, argument } = error.choice
    const choices = argument.choices ?? []
    const [nearest] = closeMatches(value, choices)
    const message = `az ${command}: '${value}' is not a valid value for '${argument.options[0] ?? argument.dest}'. Allowed values: ${choices.join(', ')}.`
    return new AzError(message, { exitCode: 2, recommendations: nearest === undefined ? [] : [`Did you mean '${nearest}' ?`], examples })
  }
  if (error.message.includes('--query')) return new AzError(error.message, { exitCode: 2, recommendations: [queryReference] })
  return new AzError(error.message, { exitCode: 2, examples })
}

/** The error of words that no argument takes: raised by az itself, so no command's examples follow. */
export function unrecognizedArguments(extras: readonly string[]): AzError {
  return new AzError(`unrecognized arguments: ${extras.join(' ')}`, { exitCode: 2, examples: [] })
}

/** The error of a group named without a command. */
export function subcommandMissing(): AzError {
  return new AzError('the following arguments are required: _subcommand', { exitCode: 2, examples: [] })
}

/** What an unknown name was typed among. */
export interface UnknownName {
  readonly value: string
  /** Names that are known there. */
  readonly names: readonly string[]
  readonly words: readonly string[]
  readonly topLevel: boolean
  readonly dynamicInstall: boolean
  /** Examples of the command or group that was probably meant. */
  examplesOf(corrected: string): Promise<CommandFacts['examples']>
  readonly group: string
}

/** The error of a name that no command has. */
export async function unknownCommand(unknown: UnknownName): Promise<AzError> {
  const [nearest] = closeMatches(unknown.value, unknown.names)
  const recommendations = nearest === undefined ? [] : [`Did you mean '${nearest}' ?`]
  if (recommendations.length === 0 && unknown.topLevel && !unknown.dynamicInstall) recommendations.push(extensionReference)
  const corrected = nearest === undefined ? unknown.group : correctedCommand(unknown, nearest)
  const examples = recommendExamples(await unknown.examplesOf(corrected), { command: `${unknown.group} ${unknown.value}`.trim(), words: unknown.words })
  return new AzError(`'${unknown.value}' is misspelled or not recognized by the system.`, { exitCode: 2, recommendations, examples })
}

/** The words up to the first option, with the misspelt one replaced. */
function correctedCommand(unknown: UnknownName, nearest: string): string {
  const line = unknown.words.map((word) => (word === unknown.value ? nearest : word)).join(' ')
  return (line.split('-', 1)[0] ?? '').trim()
}
