// How a word becomes a value, by the type that the command tables name.
import type { Json } from '../base/json.ts'
import type { ArgumentFacts } from './command.ts'
import { compileQuery } from './query.ts'

const types: Readonly<Record<string, (word: string) => Json | undefined>> = {
  int: (word) => (/^\s*[+-]?\d+(_\d+)*\s*$/.test(word) ? Number.parseInt(word.replaceAll('_', ''), 10) : undefined),
  float: (word) => (word.trim() !== '' && Number.isFinite(Number(word)) ? Number(word) : undefined),
  lower: (word) => word.toLowerCase(),
  location_name_type: (word) => (word.includes(' ') ? word.replaceAll(' ', '').toLowerCase() : word),
  jmespath_type: (word) => (compileQuery(word) ? word : undefined),
  validate_labels: labels,
  validate_tag: (word) => (word === '' ? '' : word.includes('=') ? word : `${word}=`),
}

/** The value of a word, or undefined when the word is not of the argument's type. */
export function convertValue(argument: ArgumentFacts, word: string): Json | undefined {
  const type = argument.type === undefined ? undefined : types[argument.type]
  return type === undefined ? word : type(word)
}

/** `a=b c=d` in one word; a pair without `=` is refused. */
function labels(word: string): Json | undefined {
  const pairs = word.split(/\s+/).filter((pair) => pair !== '')
  if (!pairs.every((pair) => pair.includes('='))) return undefined
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}
