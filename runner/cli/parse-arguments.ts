// From what was typed to a command and what it is given; whatever does not fit is said with a suggestion.
import { type Command, type Given, type Option, UsageError } from './command.ts'
import { closest } from './suggest.ts'

/** The command that the first words name, and the words after them. */
export function findCommand(typed: readonly string[], commands: readonly Command[]): { readonly command: Command; readonly rest: readonly string[] } {
  const [first = '', second = ''] = typed
  const pair = commands.find(({ name }) => name === `${first} ${second}`)
  if (pair) return { command: pair, rest: typed.slice(2) }
  const single = commands.find(({ name }) => name === first)
  if (single) return { command: single, rest: typed.slice(1) }
  const group = commands.filter(({ name }) => name.startsWith(`${first} `))
  const within = group.find(
    ({ name }) =>
      name ===
      `${first} ${closest(
        second,
        group.map(({ name: full }) => full.slice(first.length + 1)),
      )}`,
  )
  if (group.length > 0) {
    const known = group.map(({ name }) => `"drydock ${name}"`).join(' or ')
    if (second === '--help' || second === '-h') return { command: group[0] ?? unreachable(), rest: typed.slice(1) }
    throw new UsageError(
      second === ''
        ? `Expected ${known}`
        : `Unknown command "${first} ${second}"${within ? `: did you mean "drydock ${within.name}"?` : `: expected ${known}`}`,
    )
  }
  const meant = closest(
    first,
    commands.map(({ name }) => name.split(' ')[0] ?? name),
  )
  throw new UsageError(`Unknown command "${first}"${meant ? `: did you mean "drydock ${meant}"?` : ': "drydock --help" lists them'}`)
}

/** Reads options and words. Throws `UsageError` for anything that the command does not have. */
export function parseArguments(command: Command, typed: readonly string[]): Given {
  const values = new Map<string, string[]>()
  const words: string[] = []
  const queue = [...typed]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') {
      words.push(...queue.splice(0))
    } else if (word.startsWith('-') && word !== '-') {
      const { option, value } = readOption(command, word, queue)
      if (values.has(option.name) && !option.repeated && option.value) throw new UsageError(`"${option.name}" is given twice: expected it once`)
      values.set(option.name, [...(values.get(option.name) ?? []), value])
    } else {
      words.push(word)
    }
  }
  checkWords(command, words)
  return {
    words,
    value: (name) => values.get(name)?.at(-1),
    values: (name) => values.get(name) ?? [],
    has: (name) => values.has(name),
  }
}

function readOption(command: Command, word: string, queue: string[]): { readonly option: Option; readonly value: string } {
  const [, name = word, attached] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
  const option = command.options.find((known) => known.name === name)
  if (!option) throw new UsageError(unknownOption(command, name))
  if (option.value === undefined) {
    if (attached !== undefined) throw new UsageError(`"${name}" takes no value, found "${attached}"`)
    return { option, value: '' }
  }
  const value = attached ?? queue.shift()
  if (value === undefined) throw new UsageError(`"${name}" needs a value: ${name} ${option.value}`)
  if (option.choices && !option.choices.includes(value)) {
    const meant = closest(value, option.choices)
    throw new UsageError(`"${name}" expects one of ${option.choices.join(', ')}, found "${value}"${meant ? `: did you mean "${meant}"?` : ''}`)
  }
  return { option, value }
}

function unknownOption(command: Command, name: string): string {
  const meant = closest(
    name,
    command.options.map((option) => option.name),
  )
  return `"drydock ${command.name}" has no option "${name}"${meant ? `: did you mean "${meant}"?` : `: "drydock ${command.name} --help" lists them`}`
}

function checkWords(command: Command, words: readonly string[]): void {
  const missing = command.words.find(({ required }, index) => required && words[index] === undefined)
  if (missing) throw new UsageError(`"drydock ${command.name}" needs ${missing.name}: ${missing.says}`)
  const most = command.words.some(({ repeated }) => repeated) ? Number.POSITIVE_INFINITY : command.words.length
  const extra = words[most]
  if (extra !== undefined) throw new UsageError(`"drydock ${command.name}" has no use for "${extra}"`)
}

function unreachable(): never {
  throw new Error('No command in the group')
}
