// `test`: conditions on files, texts and numbers.
import { type Files, resolve } from '../files.ts'
import { isTerminal, type Process } from '../process.ts'

/** Where a test is made. */
export interface TestPlace {
  readonly files: Files
  readonly cwd: string
  readonly process?: Pick<Process, 'terminal' | 'stdin' | 'out' | 'err'> & {
    readonly machine: { readonly user: { readonly uid: number; readonly gid: number } }
  }
}

/** What is wrong with the words of a test. */
export interface TestFault {
  readonly kind: 'operand' | 'unary' | 'binary' | 'number' | 'many'
  readonly word: string
}

type Outcome = boolean | TestFault

/** True, false, or what is wrong with the words. */
export function evaluateTest(words: readonly string[], at: TestPlace): Outcome {
  const [first = '', second = '', third = ''] = words
  if (words.length === 0) return false
  if (words.length === 1) return first !== ''
  if (words.length === 3 && isBinary(second)) return binary(first, second, third, at)
  if (words.length === 2 && first === '!') return second === ''
  if (words.length === 2) return unary(first, second, at)
  const either = split(words, '-o')
  if (either) return or(evaluateTest(either[0], at), () => evaluateTest(either[1], at))
  const both = split(words, '-a')
  if (both) return and(evaluateTest(both[0], at), () => evaluateTest(both[1], at))
  if (first === '!') return not(evaluateTest(words.slice(1), at))
  if (first === '(' && words.at(-1) === ')') return evaluateTest(words.slice(1, -1), at)
  return words.length === 3 ? { kind: 'binary', word: second } : { kind: 'many', word: second }
}

function isBinary(word: string): boolean {
  return ['=', '==', '!=', '<', '>', '=~', '-nt', '-ot', '-ef'].includes(word) || Object.hasOwn(comparisons, word)
}

/** Cuts at a sign that stands between two tests, outside of parentheses. */
function split(words: readonly string[], sign: string): readonly [readonly string[], readonly string[]] | undefined {
  let depth = 0
  for (const [index, word] of words.entries()) {
    if (word === '(') depth += 1
    if (word === ')') depth -= 1
    if (depth === 0 && word === sign && index > 0 && index < words.length - 1) return [words.slice(0, index), words.slice(index + 1)]
  }
  return undefined
}

function or(left: Outcome, right: () => Outcome): Outcome {
  return left === false ? right() : left
}

function and(left: Outcome, right: () => Outcome): Outcome {
  return left === true ? right() : left
}

function not(inner: Outcome): Outcome {
  return typeof inner === 'boolean' ? !inner : inner
}

function unary(sign: string, word: string, { files, cwd, process }: TestPlace): Outcome {
  if (sign === '-z') return word === ''
  if (sign === '-n') return word !== ''
  if (sign === '-t') return isOnTerminal(process, word)
  if (sign === '-v') return false
  const path = resolve(cwd, word)
  const entry = word === '' ? undefined : files.stat(path)
  const link = word !== '' && files.entry(path)?.kind === 'link'
  const device = word.startsWith('/dev/') && entry?.kind === 'file'
  const mode = entry && entry.kind !== 'link' ? entry.mode : 0
  const [uid, gid] = [process?.machine.user.uid ?? 0, process?.machine.user.gid ?? 0]
  const owner = (entry && entry.kind !== 'link' ? entry.owner : undefined) ?? [0, 0]
  const may = (bit: number): boolean => (mode & (owner[0] === uid ? bit << 6 : owner[1] === gid ? bit << 3 : bit)) !== 0
  const answers: Readonly<Record<string, boolean>> = {
    '-e': entry !== undefined,
    '-a': entry !== undefined,
    '-f': entry?.kind === 'file' && !device,
    '-d': entry?.kind === 'folder',
    '-r': entry !== undefined && (uid === 0 || may(4)),
    '-w': entry !== undefined && (uid === 0 || may(2)),
    '-x': entry !== undefined && (uid === 0 ? entry.kind === 'folder' || (mode & 0o111) !== 0 : may(1)),
    '-s': entry?.kind === 'folder' || (entry?.kind === 'file' && entry.content !== ''),
    '-L': link,
    '-h': link,
    '-u': (mode & 0o4000) !== 0,
    '-g': (mode & 0o2000) !== 0,
    '-k': (mode & 0o1000) !== 0,
    '-O': entry !== undefined && owner[0] === uid,
    '-G': entry !== undefined && owner[1] === gid,
    '-S': false,
    '-p': word === '/dev/stdin' && !isOnTerminal(process, '0'),
    '-b': false,
    '-c': device,
  }
  return answers[sign] ?? { kind: 'unary', word: sign }
}

function isOnTerminal(process: TestPlace['process'], number: string): boolean {
  const stream = { '0': process?.stdin, '1': process?.out, '2': process?.err }[number]
  return process !== undefined && stream !== undefined && isTerminal(process, stream)
}

const comparisons: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
}

function binary(left: string, sign: string, right: string, at: TestPlace): Outcome {
  if (sign === '=' || sign === '==') return left === right
  if (sign === '!=') return left !== right
  if (sign === '<') return left < right
  if (sign === '>') return left > right
  if (sign === '=~') return new RegExp(right).test(left)
  if (/^-(nt|ot|ef)$/.test(sign)) return compareFiles(left, sign, right, at)
  for (const word of [left, right]) if (!/^\s*[-+]?\d+\s*$/.test(word)) return { kind: 'number', word }
  return comparisons[sign]?.(BigInt(left.trim().replace('+', '')), BigInt(right.trim().replace('+', ''))) ?? { kind: 'binary', word: sign }
}

function compareFiles(left: string, sign: string, right: string, { files, cwd }: TestPlace): boolean {
  const [one, other] = [left, right].map((path) => (path === '' ? undefined : files.stat(resolve(cwd, path))))
  if (sign === '-ef') return one !== undefined && other !== undefined && files.real(resolve(cwd, left)) === files.real(resolve(cwd, right))
  const [a, b] = sign === '-nt' ? [one, other] : [other, one]
  return a !== undefined && (b === undefined || a.at > b.at)
}
