// Which examples of a command's help follow an error: those nearest to what was typed.
import type { ExampleAdvice } from './cli-error.ts'
import type { CommandFacts } from './command.ts'
import { allArguments } from './global-arguments.ts'

/** What was typed when the error came up. */
export interface Attempt {
  /** The command or group as recognised. */
  readonly command: string
  readonly words: readonly string[]
  /** The command's facts where it was recognised; they tell short options from long ones. */
  readonly facts?: CommandFacts | undefined
}

/** Names of options in the words of a command line, without values. */
export function optionNames(words: readonly string[]): readonly string[] {
  return words
    .filter((word) => word.startsWith('-') && !word.startsWith('---') && word.length > 1)
    .map((word) => (word.startsWith('--') ? (word.split('=', 1)[0] ?? word) : word.slice(0, 2)))
}

/** Up to three examples: the command's own first, then those sharing more options, then the shorter ones. */
export function recommendExamples(examples: CommandFacts['examples'], attempt: Attempt): readonly ExampleAdvice[] {
  const normal = optionNormalizer(attempt.facts)
  const typed = new Set(normal(attempt.words))
  const ranked = (examples ?? []).map(([description, text]) => {
    const command = oneLine(text)
    const options = normal(command.split(' '))
    const matches = command.startsWith(`az ${attempt.command}`) ? options.filter((option) => typed.has(option)).length : -1
    return { advice: { command, description }, matches, options: options.length }
  })
  ranked.sort((a, b) => b.matches - a.matches || a.options - b.options)
  return ranked.slice(0, 3).map(({ advice }) => advice)
}

function oneLine(text: string): string {
  return text
    .replaceAll('\\\n', '')
    .split(' ')
    .filter((word) => word !== '')
    .join(' ')
    .trim()
    .split(/\s+/)
    .join(' ')
}

const always: ReadonlyMap<string, string> = new Map(
  ['--help', '--output', '--query', '--debug', '--verbose', '--yes', '--no-wait', '--only-show-errors']
    .map((option) => [option, option] as const)
    .concat([['-h', '--help'] as const, ['-o', '--output'] as const]),
)

function optionNormalizer(facts: CommandFacts | undefined): (words: readonly string[]) => readonly string[] {
  const known = new Map(always)
  for (const argument of facts === undefined ? [] : allArguments(facts)) {
    const [longest] = [...argument.options].sort((a, b) => b.length - a.length)
    if (longest !== undefined) for (const option of argument.options) known.set(option, longest)
  }
  return (words) => optionNames(words).flatMap((name) => known.get(name) ?? [])
}
