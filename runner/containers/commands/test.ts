// `test`: conditions on files, texts and numbers.
import { type Files, resolve } from '../files.ts'
import { matches } from '../shell/glob.ts'

/** True, false, or what is wrong with the words. */
export function evaluateTest(words: readonly string[], at: { readonly files: Files; readonly cwd: string }): boolean | string {
  const either = split(words, ['||', '-o'])
  if (either) return or(evaluateTest(either[0], at), () => evaluateTest(either[1], at))
  const both = split(words, ['&&', '-a'])
  if (both) return and(evaluateTest(both[0], at), () => evaluateTest(both[1], at))
  const [first = '', second = '', third = ''] = words
  if (first === '!' && words.length > 1) {
    const inner = evaluateTest(words.slice(1), at)
    return typeof inner === 'boolean' ? !inner : inner
  }
  if (first === '(' && words.at(-1) === ')') return evaluateTest(words.slice(1, -1), at)
  if (words.length === 0) return false
  if (words.length === 1) return first !== ''
  if (words.length === 2) return unary(first, second, at)
  return words.length === 3 ? binary(first, second, third) : 'too many arguments'
}

function split(words: readonly string[], signs: readonly string[]): readonly [readonly string[], readonly string[]] | undefined {
  if (words.length < 3) return undefined
  const at = words.findIndex((word, index) => index > 0 && index < words.length - 1 && signs.includes(word))
  return at < 0 ? undefined : [words.slice(0, at), words.slice(at + 1)]
}

function or(left: boolean | string, right: () => boolean | string): boolean | string {
  return left === false ? right() : left
}

function and(left: boolean | string, right: () => boolean | string): boolean | string {
  return left === true ? right() : left
}

function unary(sign: string, word: string, { files, cwd }: { readonly files: Files; readonly cwd: string }): boolean | string {
  if (sign === '-z') return word === ''
  if (sign === '-n') return word !== ''
  if (sign === '-t' || sign === '-v') return false
  const path = resolve(cwd, word)
  const entry = word === '' ? undefined : files.stat(path)
  const mode = entry && entry.kind !== 'link' ? entry.mode : 0
  const answers: Readonly<Record<string, boolean>> = {
    '-e': entry !== undefined,
    '-f': entry?.kind === 'file',
    '-d': entry?.kind === 'folder',
    '-r': entry !== undefined,
    '-w': entry !== undefined,
    '-x': entry?.kind === 'folder' || (mode & 0o111) !== 0,
    '-s': entry?.kind === 'file' && entry.content !== '',
    '-L': files.entry(path)?.kind === 'link',
    '-h': files.entry(path)?.kind === 'link',
    '-S': false,
    '-p': false,
    '-b': false,
    '-c': word.startsWith('/dev/'),
  }
  return answers[sign] ?? `${sign}: unknown operand`
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
}

function binary(left: string, sign: string, right: string): boolean | string {
  if (sign === '=' || sign === '==') return left === right || matches(left, right)
  if (sign === '!=') return left !== right && !matches(left, right)
  if (sign === '<') return left < right
  if (sign === '>') return left > right
  if (sign === '=~') return new RegExp(right).test(left)
  const compare = comparisons[sign]
  if (!compare) return `${sign}: unknown operand`
  for (const word of [left, right]) if (!/^\s*[-+]?\d+\s*$/.test(word)) return `${word}: bad number`
  return compare(Number(left), Number(right))
}
