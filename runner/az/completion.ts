// Completion as argcomplete offers it to bash: a shell asks with its line in the environment, and reads words that could come next.

import { run } from './az.ts'
import type { ArgumentFacts, FactsFile } from './command.ts'
import type { AzContext } from './context.ts'
import { loadFacts } from './facts.ts'
import { allArguments } from './global-arguments.ts'
import { knownTopLevel } from './invoke.ts'

/** Stands between the words of an answer where the shell names nothing else: a word may hold blanks. */
const usualSeparator = '\v'

/** Whether this run is a shell's question for completion, not a command. */
export function asksForCompletion({ env }: Pick<AzContext, 'env'>): boolean {
  return env._ARGCOMPLETE !== undefined && env.COMP_LINE !== undefined
}

/** What bash is to be answered: the words that could stand at the cursor; a blank goes with the only one. */
export async function completion(context: AzContext): Promise<string> {
  const { COMP_LINE: line = '', COMP_POINT: point = String(line.length), _ARGCOMPLETE_IFS: separator = usualSeparator } = context.env
  const words = splitLine(line.slice(0, Number(point)))
  const prefix = words.pop() ?? ''
  const offered = await nextWords(words.slice(1), context)
  const fitting = [...new Set(offered)].filter((word) => word.toLowerCase().startsWith(prefix.toLowerCase()))
  return fitting.length === 1 ? `${fitting[0]} ` : fitting.join(separator)
}

/** Words before the cursor; the last one is what was begun there, empty after a blank. */
function splitLine(line: string): string[] {
  const words = [...line.matchAll(/(?:"[^"]*"?|'[^']*'?|\\.|[^\s"'\\])+/g)].map(([word]) => word.replaceAll(/["'\\]/g, ''))
  return /(?:^|[^\\])\s$/.test(line) || line === '' ? [...words, ''] : words
}

async function nextWords(words: readonly string[], context: AzContext): Promise<readonly string[]> {
  const [top] = words
  const { names } = await knownTopLevel(context)
  if (top === undefined) return withHelp(names)
  const facts = names.includes(top) ? await loadFacts(top) : undefined
  return facts === undefined ? [] : wordsBelow(facts, words, context)
}

function withHelp(names: readonly string[]): readonly string[] {
  return ['-h', '--help', ...[...names].sort()]
}

/** Follows the words through groups to a command. */
async function wordsBelow(facts: FactsFile, words: readonly string[], context: AzContext): Promise<readonly string[]> {
  for (let depth = 1; depth <= words.length; depth += 1) {
    const path = words.slice(0, depth).join(' ')
    const command = facts.commands[path]
    if (command) return argumentWords(allArguments(command), words.slice(depth), context)
    const group = facts.groups[path]
    if (!group) return []
    if (depth === words.length) return withHelp(group.names)
  }
  return []
}

/** The values of an option that was just given, else the options that were not. */
async function argumentWords(all: readonly ArgumentFacts[], given: readonly string[], context: AzContext): Promise<readonly string[]> {
  const last = all.find(({ options }) => options.includes(given.at(-1) ?? ''))
  if (last?.dest === 'resource_group_name') return resourceGroups(context)
  if (last && takesValue(last)) return last.choices ?? []
  return all.filter((argument) => !argument.hidden && isOpen(argument, given)).flatMap(({ options }) => options)
}

/** Names of the resource groups that are there, as ARM tells them; none where nobody is signed in. */
async function resourceGroups(context: AzContext): Promise<readonly string[]> {
  const said: string[] = []
  const quiet: AzContext = { ...context, stdout: (text) => void said.push(text), stderr: () => undefined }
  await run(['group', 'list', '--query', '[].name', '--output', 'tsv'], quiet)
  return said
    .join('')
    .split('\n')
    .filter((name) => name !== '')
}

function takesValue({ action, nargs }: ArgumentFacts): boolean {
  return action !== 'true' && action !== 'false' && nargs !== '?' && nargs !== '*'
}

function isOpen({ options, action }: ArgumentFacts, given: readonly string[]): boolean {
  return action === 'append' || !options.some((option) => given.includes(option))
}
