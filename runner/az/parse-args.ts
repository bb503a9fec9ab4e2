// Python's argparse as az uses it: abbreviations, `--name=value`, `-nvalue`, repeated and optional values, and its error texts.
import type { Json } from '../base/json.ts'
import { convertValue } from './argument-types.ts'
import type { ArgumentFacts, Values } from './command.ts'

/** A usage error in argparse's words; `choice` marks a value that is not among the allowed ones. */
export class UsageError extends Error {
  readonly choice: { readonly value: string; readonly argument: ArgumentFacts } | undefined

  constructor(message: string, choice?: { value: string; argument: ArgumentFacts }) {
    super(message)
    this.choice = choice
  }
}

/** What parsing found. */
export interface Parsed {
  readonly values: Values
  /** Dests that were given, in order. */
  readonly given: readonly string[]
  /** Words that no argument takes. */
  readonly extras: readonly string[]
  /** Option spellings as matched, for deprecation notices. */
  readonly spellings: readonly string[]
  readonly helpWanted: boolean
}

interface Match {
  readonly argument: ArgumentFacts | undefined
  readonly spelling: string
  readonly explicit: string | undefined
}

interface State {
  readonly words: readonly string[]
  /** O for an option, A for a value, - for the double dash. */
  readonly pattern: string
  readonly matches: ReadonlyMap<number, Match>
  readonly values: Values
  readonly given: string[]
  readonly extras: string[]
  readonly spellings: string[]
  positionals: readonly ArgumentFacts[]
}

/** Parses a command's words. `satisfied` are required arguments that have a value from elsewhere. */
export function parseArguments(words: readonly string[], specs: readonly ArgumentFacts[], satisfied: ReadonlySet<string> = new Set()): Parsed {
  const state = classify(words, specs)
  const help = consume(state)
  const result = { given: state.given, extras: state.extras, spellings: state.spellings }
  if (help) return { ...result, values: state.values, helpWanted: true }
  const missing = specs.filter((spec) => isRequired(spec) && !state.given.includes(spec.dest) && !satisfied.has(spec.dest))
  if (missing.length > 0) throw new UsageError(`the following arguments are required: ${missing.map(displayName).join(', ')}`)
  return { ...result, values: { ...defaults(specs), ...state.values }, helpWanted: false }
}

/** An argument's name in messages: all spellings, or the dest of a positional one. */
export function displayName(spec: ArgumentFacts): string {
  return spec.options.length > 0 ? spec.options.join('/') : spec.dest
}

function isRequired(spec: ArgumentFacts): boolean {
  return spec.required === true || (spec.options.length === 0 && spec.nargs !== '?' && spec.nargs !== '*')
}

function defaults(specs: readonly ArgumentFacts[]): Values {
  const values: Values = {}
  for (const spec of specs) values[spec.dest] ??= spec.default ?? (spec.action === 'true' ? false : spec.action === 'false' ? true : null)
  return values
}

function classify(words: readonly string[], specs: readonly ArgumentFacts[]): State {
  const matches = new Map<number, Match>()
  let pattern = ''
  words.forEach((word, index) => {
    const dashed = pattern.includes('-')
    const match = dashed ? undefined : matchOption(word, specs)
    if (match !== undefined) matches.set(index, match)
    pattern += dashed ? 'A' : word === '--' ? '-' : match === undefined ? 'A' : 'O'
  })
  const positionals = specs.filter((spec) => spec.options.length === 0)
  return { words, pattern, matches, values: {}, given: [], extras: [], spellings: [], positionals }
}

function matchOption(word: string, specs: readonly ArgumentFacts[]): Match | undefined {
  if (!word.startsWith('-') || word === '--') return undefined
  const exact = specs.find((spec) => spec.options.includes(word))
  if (exact !== undefined) return { argument: exact, spelling: word, explicit: undefined }
  if (word.length === 1) return undefined
  const equals = word.indexOf('=')
  const [name, value] = equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
  const named = specs.find((spec) => spec.options.includes(name))
  if (named !== undefined) return { argument: named, spelling: name, explicit: value }
  const candidates = abbreviations(word, name, value, specs)
  if (candidates.length > 1) {
    throw new UsageError(`ambiguous option: ${word} could match ${candidates.map((candidate) => candidate.spelling).join(', ')}`)
  }
  if (candidates[0] !== undefined) return candidates[0]
  if (/^-\d+$|^-\d*\.\d+$/.test(word) || word.includes(' ')) return undefined
  return { argument: undefined, spelling: word, explicit: undefined }
}

function abbreviations(word: string, name: string, value: string | undefined, specs: readonly ArgumentFacts[]): Match[] {
  const found: Match[] = []
  for (const argument of specs) {
    for (const spelling of argument.options) {
      if (word.startsWith('--')) {
        if (spelling.startsWith(name)) found.push({ argument, spelling, explicit: value })
      } else if (spelling === word.slice(0, 2)) found.push({ argument, spelling, explicit: word.slice(2) })
      else if (spelling.startsWith(word)) found.push({ argument, spelling, explicit: undefined })
    }
  }
  return found
}

/** Walks all words; true when help was asked for. */
function consume(state: State): boolean {
  let index = 0
  while (index < state.words.length) {
    const match = state.matches.get(index)
    if (match === undefined) {
      index = takePositionals(state, index)
      continue
    }
    if (match.argument?.dest === 'help') return true
    index = takeOption(state, index, match)
  }
  takePositionals(state, index)
  return false
}

function takeOption(state: State, index: number, match: Match): number {
  const { argument } = match
  if (argument === undefined) {
    state.extras.push(match.spelling)
    return index + 1
  }
  state.spellings.push(match.spelling)
  if (argument.action === 'true' || argument.action === 'false') return takeSwitch(state, index, match, argument)
  if (match.explicit !== undefined) {
    store(state, argument, [match.explicit])
    return index + 1
  }
  const many = argument.nargs === '*' || argument.nargs === '+'
  const available = (many ? /^A*(?:-A*)?/ : /^-?A/).exec(state.pattern.slice(index + 1))?.[0].length ?? 0
  if (available === 0 && argument.nargs !== '?' && argument.nargs !== '*') throw argumentError(argument, expected(argument))
  const words = state.words.slice(index + 1, index + 1 + available).filter((word) => word !== '--')
  store(state, argument, words)
  return index + 1 + available
}

function expected(argument: ArgumentFacts): string {
  return argument.nargs === '+' ? 'expected at least one argument' : 'expected one argument'
}

function takeSwitch(state: State, index: number, match: Match, argument: ArgumentFacts): number {
  if (match.explicit !== undefined) throw argumentError(argument, `ignored explicit argument '${match.explicit}'`)
  state.values[argument.dest] = argument.action === 'true'
  state.given.push(argument.dest)
  return index + 1
}

function takePositionals(state: State, index: number): number {
  let end = index
  while (end < state.words.length && !state.matches.has(end)) end += 1
  const words = state.words.slice(index, end).filter((word) => word !== '--')
  let used = 0
  for (const argument of state.positionals) {
    const many = argument.nargs === '*' || argument.nargs === '+'
    const take = words.slice(used, many ? words.length : used + 1)
    if (take.length === 0) break
    store(state, argument, take)
    used += take.length
    state.positionals = state.positionals.slice(1)
  }
  state.extras.push(...words.slice(used))
  return Math.max(end, index)
}

function argumentError(argument: ArgumentFacts, message: string): UsageError {
  return new UsageError(`argument ${displayName(argument)}: ${message}`)
}

function store(state: State, argument: ArgumentFacts, words: readonly string[]): void {
  state.given.push(argument.dest)
  const many = argument.nargs === '*' || argument.nargs === '+'
  const converted: Json[] = (words.length === 0 && !many ? [String(argument.const ?? '')] : words).map((word) => convert(argument, word))
  const value = many ? converted : (converted[0] ?? null)
  if (argument.action === 'append' || argument.action === 'ordered') {
    const before = state.values[argument.dest]
    state.values[argument.dest] = [...(Array.isArray(before) ? before : []), ...(argument.action === 'ordered' && Array.isArray(value) ? [value] : [value])]
    return
  }
  state.values[argument.dest] = value
}

function convert(argument: ArgumentFacts, word: string): Json {
  const value = convertValue(argument, word)
  if (value === undefined) throw argumentError(argument, `invalid ${argument.type ?? 'str'} value: '${word}'`)
  if (argument.choices === undefined) return value
  const choice = argument.choices.find((candidate) => candidate.toLowerCase() === word.toLowerCase())
  if (choice === undefined) throw new UsageError(`'${word}' is not a valid value for '${argument.options[0] ?? argument.dest}'`, { value: word, argument })
  return argument.type === 'bool' ? choice === 'true' : choice
}
