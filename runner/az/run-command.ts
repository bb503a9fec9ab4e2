// One command: its arguments, notices and question, then its handler, query and output.
import { createArmClient } from './arm-client.ts'
import { notSimulated } from './cli-error.ts'
import type { Call, CommandFacts, CommandGroup, StatusMark, Values } from './command.ts'
import { loadGroup } from './commands/index.ts'
import type { AzConfig } from './config.ts'
import { type AzContext, randomUuid } from './context.ts'
import { allArguments } from './global-arguments.ts'
import type { Log } from './log.ts'
import { addResourceGroups } from './models.ts'
import { formatResult } from './output/output.ts'
import { type Parsed, parseArguments, UsageError } from './parse-args.ts'
import { loadProfile, matchesSubscription, type Profile } from './profile.ts'
import { createProgress } from './progress.ts'
import { confirm } from './prompts.ts'
import { evaluateQuery } from './query.ts'
import { optionNames } from './recommend.ts'
import { acquireToken, graphScope, managementScope } from './tokens.ts'
import { argumentError, unrecognizedArguments } from './usage.ts'

/** What running a command needs. */
export interface RunOptions {
  readonly context: AzContext
  readonly config: AzConfig
  readonly log: Log
  showHelp(): void
}

/** Runs a command that was found; resolves to the exit code. */
export async function runCommand(name: string, facts: CommandFacts, words: readonly string[], options: RunOptions): Promise<number> {
  const { context, config, log } = options
  const parsed = parse(name, facts, words, config)
  if (parsed.helpWanted) {
    options.showHelp()
    return 0
  }
  if (parsed.extras.length > 0) throw unrecognizedArguments(parsed.extras)
  const profile = await loadProfile(context)
  const subscription = namedSubscription(parsed.values, profile, log)
  showNotices(facts, parsed, log)
  if (facts.confirmation && parsed.values.yes !== true && !config.flag('core', 'disable_confirm_prompt', false)) {
    await confirm(context, facts.confirmation, log.warning)
  }
  const group = await loadGroup(name)
  const handler = group?.handlers[name]
  if (handler === undefined) throw notSimulated(name)
  const call = createCall(name, parsed, words, { context, config, log, profile, subscription })
  const result = await handler(call)
  print(result, facts, group, call)
  return 0
}

function parse(name: string, facts: CommandFacts, words: readonly string[], config: AzConfig): Parsed {
  try {
    const defaults = configuredDefaults(facts, config)
    const parsed = parseArguments(words, allArguments(facts), new Set(Object.keys(defaults)))
    for (const [dest, value] of Object.entries(defaults)) if (!parsed.given.includes(dest)) parsed.values[dest] = value
    if (!parsed.given.includes('_output_format')) parsed.values._output_format = config.get('core', 'output') ?? 'json'
    return parsed
  } catch (error) {
    throw error instanceof UsageError ? argumentError(error, name, facts, words) : error
  }
}

/** Values that `az configure --defaults` set, for the arguments that take them. */
function configuredDefaults(facts: CommandFacts, config: AzConfig): Record<string, string> {
  const defaults: Record<string, string> = {}
  for (const argument of facts.arguments) {
    const name = /You can configure the default (\w+) using/.exec(argument.short ?? '')?.[1]
    const value = name === undefined ? undefined : config.get('defaults', name)
    if (value !== undefined && value !== '') defaults[argument.dest] = value
  }
  return defaults
}

function namedSubscription(values: Values, profile: Profile, log: Log): string | undefined {
  const wanted = values._subscription
  if (typeof wanted !== 'string') return undefined
  const found = profile.all().find((entry) => matchesSubscription(entry, wanted))
  if (found === undefined) log.warning(`Subscription '${wanted}' not recognized.`)
  return found?.id ?? wanted
}

function showNotices(facts: CommandFacts, parsed: Parsed, log: Log): void {
  const given = facts.arguments.filter((argument) => parsed.given.includes(argument.dest))
  const oldOptions = given.flatMap((argument) => argument.deprecatedOptions ?? []).filter((entry) => parsed.spellings.includes(entry.option))
  const marks = (kind: 'deprecate' | 'preview' | 'experimental'): StatusMark[] => [...given, facts].flatMap((marked) => marked[kind] ?? [])
  for (const message of new Set([...oldOptions, ...marks('deprecate')].map((mark) => mark.message))) log.notice(message, 'deprecation')
  for (const mark of marks('preview')) log.notice(mark.message, 'preview')
  for (const mark of marks('experimental')) log.notice(mark.message, 'experimental')
}

interface CallSurroundings {
  readonly context: AzContext
  readonly config: AzConfig
  readonly log: Log
  readonly profile: Profile
  readonly subscription: string | undefined
}

function createCall(name: string, parsed: Parsed, words: readonly string[], surroundings: CallSurroundings): Call {
  const { context, config, log, profile, subscription } = surroundings
  const requestId = randomUuid(context)
  const armAs: Call['armAs'] = (command, parameters) =>
    createArmClient({
      context,
      command,
      parameters,
      requestId,
      progress: createProgress(context, !log.onlyErrors && !config.flag('core', 'disable_progress_bar', false)),
      subscriptionId: () => profile.subscription(subscription).id,
      token: async (audience, fresh) =>
        (await acquireToken(context, profile.subscription(subscription), audience === 'arm' ? managementScope : graphScope, fresh)).token,
    })
  const parameters = optionNames(words)
  return { command: name, values: parsed.values, parameters, given: parsed.given, context, config, log, profile, armAs, arm: armAs(name, parameters) }
}

function print(result: unknown, facts: CommandFacts, group: CommandGroup | undefined, call: Call): void {
  if (call.command !== 'rest') addResourceGroups(result)
  const query = call.values._jmespath_query
  const queried = typeof query === 'string' && query !== ''
  const shown = queried && result !== undefined && result !== null ? evaluateQuery(query, result) : result
  const named = facts.table
  const table = named === undefined ? undefined : (group?.tables?.[named] ?? (/[[{]/.test(named) ? named : undefined))
  call.context.stdout(formatResult(shown, { format: String(call.values._output_format), color: call.log.color, queried, table }))
}
