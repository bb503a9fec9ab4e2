// From words to arguments: variables, substitutions, splitting, file names.
import { ArithmeticFault, calculate, describeArithmetic, type Numbers } from './arithmetic.ts'
import { braces } from './braces.ts'
import type { Expander } from './expander.ts'
import { ShellFault } from './faults.ts'
import { fieldsOf, type Piece } from './fields.ts'
import { escapePattern, escapeText, fileNames } from './glob.ts'
import { type Readers, variablePieces } from './parameters.ts'
import { textOf } from './specials.ts'
import type { Part, Word } from './syntax.ts'

/** Arguments of words, split and with file names filled in. */
export async function expandWords(words: readonly Word[], shell: Expander): Promise<string[]> {
  const found: string[] = []
  const braced = shell.scope.options.has('braceexpand')
  for (const word of words) for (const each of braced ? braces(word) : [word]) found.push(...(await expandWord(each, shell)))
  return found
}

/** One text: for assignments, redirections and `case`. */
export async function expandText(word: Word, shell: Expander, assigned = false): Promise<string> {
  const pieces = await piecesOf(tilde(word, assigned), shell)
  return pieces.map((piece) => (piece === 'next' ? ' ' : piece.text)).join('')
}

/** A pattern: quoted parts stand for themselves. */
export async function expandPattern(word: Word, shell: Expander): Promise<string> {
  const pieces = await piecesOf(tilde(word, false), shell)
  return pieces.map((piece) => (piece === 'next' ? ' ' : piece.quoted ? escapePattern(piece.text) : piece.text)).join('')
}

/** A regular expression: quoted parts stand for themselves. */
export async function expandExpression(word: Word, shell: Expander): Promise<string> {
  const pieces = await piecesOf(word, shell)
  return pieces.map((piece) => (piece === 'next' ? ' ' : piece.quoted ? escapeText(piece.text) : piece.text)).join('')
}

async function expandWord(word: Word, shell: Expander): Promise<readonly string[]> {
  const { scope } = shell
  const fields = fieldsOf(await piecesOf(tilde(word, false), shell), scope.variables.get('IFS') ?? ' \t\n')
  return fields.flatMap(({ text, pattern, special }) => {
    const names = special && !scope.options.has('noglob') ? fileNames(pattern, shell.process.files, scope.cwd) : []
    if (names.length > 0) return names
    return special && scope.ways.has('nullglob') ? [] : [text]
  })
}

async function piecesOf(word: Word, shell: Expander): Promise<readonly Piece[]> {
  const pieces: Piece[] = []
  for (const part of word) pieces.push(...(await piecesOfPart(part, shell)))
  return pieces
}

async function piecesOfPart(part: Part, shell: Expander): Promise<readonly Piece[]> {
  const { quoted } = part
  if (part.kind === 'text') return [{ text: part.text, quoted }]
  if (part.kind === 'command') return [{ text: (await shell.capture(part.body)).replace(/\n+$/, ''), quoted, split: !quoted }]
  if (part.kind === 'sum') return [{ text: String(await sum(part.word, shell)), quoted, split: !quoted }]
  if (part.kind === 'process') return [{ text: await shell.connect(part.body, part.into), quoted }]
  return variablePieces(part, shell, readers)
}

const readers: Readers = { piecesOf, textOf: expandText, patternOf: expandPattern, calculated: (text, shell) => Number(calculated(text, shell)) }

/** The value of an arithmetic expression. */
export async function sum(word: Word, shell: Expander): Promise<bigint> {
  return calculated(await expandText(word, shell), shell)
}

/** The value of an arithmetic expression whose words are expanded. */
export function calculated(text: string, shell: Expander): bigint {
  const { scope } = shell
  const keyOf = (name: string, index: string): string => (scope.keyed.has(name) ? index : String(calculated(index, shell)))
  const numbers: Numbers = {
    get: (name, index) => {
      const list = scope.lists.get(name)
      if (index === undefined) return list?.get('0') ?? textOf(name, shell)
      return list?.get(keyOf(name, index))
    },
    set: (name, value, index) => scope.set(index === undefined ? name : `${name}[${keyOf(name, index)}]`, value),
  }
  try {
    if (scope.dialect === 'dash' && beyond.test(text)) throw new ArithmeticFault('syntax', '+')
    return calculate(text, scope.dialect === 'dash' ? { ...numbers, get: (name) => number(numbers.get(name)) } : numbers)
  } catch (error) {
    if (!(error instanceof ArithmeticFault)) throw error
    throw new ShellFault(describeArithmetic(error, text.trim(), scope.dialect), { code: scope.dialect === 'bash' ? 1 : 2 })
  }
}

/** What dash does not reckon with. */
const beyond = /\*\*|\w\s*(\+\+|--)|(\+\+|--)\s*[A-Za-z_]|,|\d#/

/** To dash the value of a variable is a number, and no expression. */
function number(text: string | undefined): string | undefined {
  if (text !== undefined && !/^\s*[-+]?(0[xX][\da-fA-F]+|\d+)?\s*$/.test(text)) throw new ShellFault(`Illegal number: ${text}`, { code: 2 })
  return text
}

/** `~` at the start is the home folder; in what is assigned also behind each colon. */
function tilde(word: Word, assigned: boolean): Word {
  const [first] = word
  if (first?.kind !== 'text' || first.quoted || !first.text.includes('~')) return word
  const home: Part = { kind: 'variable', name: 'HOME', quoted: true }
  const pieces = assigned ? first.text.split(/(?<=:)/) : [first.text]
  const parts = pieces.flatMap((text, index): Part[] => {
    const whole = text.replace(/:$/, '')
    if (!/^~($|\/)/.test(whole) || (whole === '~' && word.length > 1 && index === pieces.length - 1)) return [{ kind: 'text', text, quoted: false }]
    return [home, { kind: 'text', text: text.slice(1), quoted: false }]
  })
  return [...parts, ...word.slice(1)]
}
