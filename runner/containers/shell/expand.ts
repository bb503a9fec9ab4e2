// From words to arguments: variables, substitutions, splitting, file names.
import type { Files } from '../files.ts'
import { calculate } from './arithmetic.ts'
import { escapePattern, escapeText, fileNames, patternSource } from './glob.ts'
import type { Scope } from './scope.ts'
import type { Node, Part, Word } from './syntax.ts'

/** What expansion needs of the shell. */
export interface Expander {
  readonly scope: Scope
  readonly files: Files
  readonly seed: { below(limit: number): number }
  /** What a command prints. */
  capture(body: Node): Promise<string>
  err(text: string): void
}

/** A variable that must be set and is not: ends the shell. */
export class UnsetFault extends Error {}

/** Pieces of a word: quoted ones are never split. A mark alone separates arguments of `"$@"`. */
type Piece = { readonly text: string; readonly quoted: boolean; readonly split?: boolean } | 'next'

/** Arguments of words, split and with file names filled in. */
export async function expandWords(words: readonly Word[], shell: Expander): Promise<string[]> {
  const found: string[] = []
  // ash and dash have no braces.
  const known = /(^|\/)(ba|z)sh$/.test(shell.scope.shell)
  for (const word of words) for (const each of known ? braces(word) : [word]) found.push(...(await expandWord(each, shell)))
  return found
}

/** One text: for assignments, redirections and `case`. */
export async function expandText(word: Word, shell: Expander): Promise<string> {
  const pieces = await piecesOf(tilde(word), shell)
  return pieces.map((piece) => (piece === 'next' ? ' ' : piece.text)).join('')
}

/** A pattern: quoted parts stand for themselves. */
export async function expandPattern(word: Word, shell: Expander): Promise<string> {
  const pieces = await piecesOf(word, shell)
  return pieces.map((piece) => (piece === 'next' ? ' ' : piece.quoted ? escapePattern(piece.text) : piece.text)).join('')
}

/** A regular expression: quoted parts stand for themselves. */
export async function expandExpression(word: Word, shell: Expander): Promise<string> {
  const pieces = await piecesOf(word, shell)
  return pieces.map((piece) => (piece === 'next' ? ' ' : piece.quoted ? escapeText(piece.text) : piece.text)).join('')
}

async function expandWord(word: Word, shell: Expander): Promise<readonly string[]> {
  const pieces = await piecesOf(tilde(word), shell)
  const separators = shell.scope.variables.get('IFS') ?? ' \t\n'
  const fields: { text: string; pattern: string; special: boolean }[] = []
  let open: { text: string; pattern: string; special: boolean } | undefined
  const close = (): void => {
    if (open) fields.push(open)
    open = undefined
  }
  const add = (text: string, quoted: boolean): void => {
    open ??= { text: '', pattern: '', special: false }
    open.text += text
    open.pattern += quoted ? escapePattern(text) : text
    open.special ||= !quoted && /[*?[]/.test(text)
  }
  for (const piece of pieces) {
    if (piece === 'next') close()
    else if (!piece.split) add(piece.text, piece.quoted)
    else {
      let plain = ''
      for (const char of piece.text) {
        if (!separators.includes(char)) plain += char
        else {
          if (plain !== '') add(plain, false)
          plain = ''
          close()
        }
      }
      if (plain !== '') add(plain, false)
    }
  }
  close()
  return fields.flatMap(({ text, pattern, special }) => {
    const names = special ? fileNames(pattern, shell.files, shell.scope.cwd) : []
    return names.length > 0 ? names : [text]
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
  const several = part.operator === undefined && !part.length ? await severalOf(part, shell) : undefined
  if (several) return several.flatMap((text, index): Piece[] => [...(index === 0 ? [] : ['next' as const]), { text, quoted, split: !quoted }])
  return [{ text: await variable(part, shell), quoted, split: !quoted }]
}

/** The parameters of `$@` and the values of a whole list; undefined for what is one value. */
async function severalOf({ name, index }: Part & { kind: 'variable' }, shell: Expander): Promise<readonly string[] | undefined> {
  if (name === '@') return shell.scope.parameters
  const all = index !== undefined && (await expandText(index, shell)) === '@'
  return all ? [...(shell.scope.lists.get(name)?.values() ?? [shell.scope.variables.get(name) ?? []].flat())] : undefined
}

/** One value of a list, all of them as one text, or undefined. */
async function oneOf({ name, index }: Part & { kind: 'variable' }, shell: Expander): Promise<string | undefined> {
  const list = shell.scope.lists.get(name)
  if (index === undefined) return list?.get('0') ?? textOf(name, shell)
  const key = await expandText(index, shell)
  if (!list) return key === '0' ? textOf(name, shell) : undefined
  if (key === '@' || key === '*') return [...list.values()].join(' ')
  return list.get(key) ?? list.get(String(await sum(index, shell)))
}

/** How long a value is, or how many there are. */
async function lengthOf(part: Part & { kind: 'variable' }, shell: Expander): Promise<number> {
  if (part.name === '@' || part.name === '*') return shell.scope.parameters.length
  const all = part.index !== undefined && /^[@*]$/.test(await expandText(part.index, shell))
  return all ? (shell.scope.lists.get(part.name)?.size ?? 0) : ((await oneOf(part, shell)) ?? '').length
}

/** The value of an arithmetic expression. */
export async function sum(word: Word, shell: Expander): Promise<number> {
  const { scope } = shell
  return calculate(await expandText(word, shell), {
    get: (name) => Number(scope.variables.get(name) ?? 0) || 0,
    set: (name, value) => scope.set(name, String(value)),
  })
}

async function variable(part: Part & { kind: 'variable' }, shell: Expander): Promise<string> {
  if (part.length) return String(await lengthOf(part, shell))
  const value = await oneOf(part, shell)
  const { operator, word = [] } = part
  if (operator === undefined) {
    if (value === undefined && shell.scope.refuseUnset) throw new UnsetFault(`${part.name}: parameter not set`)
    return value ?? ''
  }
  const empty = value === undefined || (operator.startsWith(':') && value === '')
  const sign = operator.replace(/^:(?=.)/, '')
  if (sign === '-') return empty ? expandText(word, shell) : value
  if (sign === '+') return empty ? '' : expandText(word, shell)
  if (sign === '?') {
    if (!empty) return value
    throw new UnsetFault(`${part.name}: ${(await expandText(word, shell)) || 'parameter not set or null'}`)
  }
  if (sign === '=') {
    if (!empty) return value
    const text = await expandText(word, shell)
    shell.scope.set(part.name, text)
    return text
  }
  return changed(value ?? '', operator, word, shell)
}

async function changed(value: string, operator: string, word: Word, shell: Expander): Promise<string> {
  if (operator === ':') {
    const [offset = '0', length] = (await expandText(word, shell)).split(':')
    const start = Number(offset) < 0 ? Math.max(value.length + Number(offset), 0) : Number(offset)
    return value.slice(start, length === undefined ? undefined : Number(length) < 0 ? Number(length) : start + Number(length))
  }
  if (operator.startsWith('^')) return operator === '^' ? value.charAt(0).toUpperCase() + value.slice(1) : value.toUpperCase()
  if (operator.startsWith(',')) return operator === ',' ? value.charAt(0).toLowerCase() + value.slice(1) : value.toLowerCase()
  const pattern = await expandPattern(word, shell)
  if (operator.startsWith('/')) {
    const [from = '', to = ''] = pattern.split(/(?<!\\)\/(.*)/s)
    return value.replace(new RegExp(patternSource(from), operator === '//' ? 'gs' : 's'), () => to.replace(/\\(.)/g, '$1'))
  }
  const source = patternSource(pattern, operator.length === 2)
  if (operator.startsWith('#')) return value.replace(new RegExp(`^(?:${source})`, 's'), '')
  if (operator.length === 2) return value.replace(new RegExp(`(?:${source})$`, 's'), '')
  for (let start = value.length; start >= 0; start -= 1) if (new RegExp(`^(?:${source})$`, 's').test(value.slice(start))) return value.slice(0, start)
  return value
}

function textOf(name: string, { scope, seed }: Expander): string | undefined {
  if (name === '?') return String(scope.last)
  if (name === '#') return String(scope.parameters.length)
  if (name === '$') return scope.variables.get('$') ?? '1'
  if (name === '!') return scope.background === 0 ? '' : String(scope.background)
  if (name === '-') return ''
  if (name === '0') return scope.name
  if (name === '*' || name === '@') return scope.parameters.join(' ')
  if (/^\d+$/.test(name)) return scope.parameters[Number(name) - 1]
  if (name === 'RANDOM') return String(seed.below(32768))
  if (name === 'PWD') return scope.cwd
  return scope.variables.get(name)
}

/** `~` at the start is the home folder. */
function tilde(word: Word): Word {
  const [first, ...rest] = word
  if (first?.kind !== 'text' || first.quoted || !/^~($|\/)/.test(first.text)) return word
  return [{ kind: 'variable', name: 'HOME', quoted: true }, { kind: 'text', text: first.text.slice(1), quoted: false }, ...rest]
}

/** `{1..5}` and `{a,b}` in plain text. */
function braces(word: Word): readonly Word[] {
  const index = word.findIndex((part) => part.kind === 'text' && !part.quoted && /\{[^{}]*(\.\.|,)[^{}]*\}/.test(part.text))
  const part = word[index]
  if (part?.kind !== 'text') return [word]
  const [whole = '', before = '', inside = '', after = ''] = part.text.match(/^(.*?)\{([^{}]*(?:\.\.|,)[^{}]*)\}(.*)$/s) ?? []
  if (whole === '') return [word]
  return itemsOf(inside).flatMap((item) => {
    const text = { kind: 'text' as const, text: before + item + after, quoted: false }
    return braces([...word.slice(0, index), text, ...word.slice(index + 1)])
  })
}

function itemsOf(inside: string): readonly string[] {
  const range = inside.match(/^(-?\d+)\.\.(-?\d+)(?:\.\.(\d+))?$/)
  if (!range) return inside.includes('..') && !inside.includes(',') ? [`{${inside}}`.slice(1, -1)] : inside.split(',')
  const [from, to, step] = [Number(range[1]), Number(range[2]), Number(range[3] ?? 1) || 1]
  const count = Math.min(Math.floor(Math.abs(to - from) / step) + 1, 10_000)
  return Array.from({ length: count }, (_, index) => String(from + Math.sign(to - from || 1) * index * step))
}
