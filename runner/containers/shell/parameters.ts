// The value of `${…}`: one of a variable, or several of a list, and what is done to them.
import type { Expander } from './expander.ts'
import { parameterFault, ShellFault } from './faults.ts'
import type { Piece } from './fields.ts'
import { patternSource } from './glob.ts'
import { quoteForBash } from './quote.ts'
import { textOf } from './specials.ts'
import type { Part, Word } from './syntax.ts'

/** The readers of words, which in turn need this one. */
export interface Readers {
  piecesOf(word: Word, shell: Expander): Promise<readonly Piece[]>
  textOf(word: Word, shell: Expander): Promise<string>
  patternOf(word: Word, shell: Expander): Promise<string>
  calculated(text: string, shell: Expander): number
}

type Variable = Part & { kind: 'variable' }

/** What a variable stands for in its word. */
export async function variablePieces(part: Variable, shell: Expander, readers: Readers): Promise<readonly Piece[]> {
  const at = { shell, readers }
  const { quoted } = part
  const one = (text: string): readonly Piece[] => [{ text, quoted, split: !quoted }]
  if (part.length) return one(String(await lengthOf(part, at)))
  const several = await severalOf(part, at)
  const sign = part.operator?.replace(/^:(?=.)/, '') ?? ''
  if (several && sign !== '' && '-+=?'.includes(sign)) {
    const empty = several.values.length === 0 || (part.operator?.startsWith(':') === true && several.values.every((value) => value === ''))
    if (sign === '+' ? !empty : empty) return readers.piecesOf(part.word ?? [], shell)
    return sign === '+' ? one('') : piecesOfSeveral(several, quoted, shell)
  }
  if (several) return piecesOfSeveral({ ...several, values: await changedAll(several.values, part, at) }, quoted, shell)
  const value = await oneOf(part, at)
  if (sign !== '' && '-+=?'.includes(sign)) return chosen(part, value, at)
  if (value === undefined && shell.scope.options.has('nounset')) throw unset(part.name, shell)
  const { operator, word = [] } = part
  if (value === undefined && operator === '@') return one('')
  return one(operator === undefined ? (value ?? '') : await changed(value ?? '', operator, word, at))
}

interface At {
  readonly shell: Expander
  readonly readers: Readers
}

function unset(name: string, { scope }: Expander): ShellFault {
  const bash = scope.dialect === 'bash'
  return new ShellFault(`${bash && /^\d+$/.test(name) ? `$${name}` : name}: ${parameterFault('unset', scope.dialect)}`, {
    code: bash ? (scope.origin === 'words' && !scope.inner ? 127 : 1) : 2,
  })
}

/** `-`, `+`, `=` and `?`: one or the other. */
async function chosen(part: Variable, value: string | undefined, { shell, readers }: At): Promise<readonly Piece[]> {
  const { operator = '', word = [], quoted } = part
  const empty = value === undefined || (operator.startsWith(':') && value === '')
  const sign = operator.replace(/^:(?=.)/, '')
  const own: readonly Piece[] = [{ text: value ?? '', quoted, split: !quoted }]
  if (sign === '+' ? !empty : empty && sign === '-') return inPlace(await readers.piecesOf(word, shell), quoted)
  if (sign === '+') return quoted ? [{ text: '', quoted }] : []
  if (!empty) return own
  if (sign === '?') {
    const text = await readers.textOf(word, shell)
    const { dialect } = shell.scope
    const said = text || parameterFault(operator.startsWith(':') ? 'asked or empty' : 'asked', dialect)
    throw new ShellFault(`${part.name}: ${said}`, { code: dialect === 'bash' ? 127 : 2 })
  }
  const text = await readers.textOf(word, shell)
  shell.scope.set(part.name, text)
  return [{ text, quoted, split: !quoted }]
}

/** What stands for an empty value is cut where the variable would be, but for its own quotes. */
function inPlace(pieces: readonly Piece[], quoted: boolean): readonly Piece[] {
  if (pieces.length === 0 && quoted) return [{ text: '', quoted }]
  return pieces.map((piece) => (piece === 'next' || piece.quoted || quoted ? piece : { ...piece, split: true }))
}

interface Several {
  readonly values: readonly string[]
  /** They are one text when quoted. */
  readonly joined: boolean
}

function piecesOfSeveral({ values, joined }: Several, quoted: boolean, { scope }: Expander): readonly Piece[] {
  const separators = scope.variables.get('IFS') ?? ' '
  if (joined && quoted) return [{ text: values.join(separators.slice(0, 1)), quoted }]
  return values.flatMap((text, index): Piece[] => [...(index === 0 ? [] : ['next' as const]), { text, quoted, split: !quoted }])
}

/** The parameters of `$@` and `$*`, the values or keys of a whole list, names that begin so; undefined for what is one value. */
async function severalOf({ name, index, indirect, operator }: Variable, { shell, readers }: At): Promise<Several | undefined> {
  const { scope } = shell
  if (operator === '!*' || operator === '!@') {
    const all = [...new Set([...scope.variables.keys(), ...scope.lists.keys()])].filter((each) => each.startsWith(name))
    return { values: all.sort(), joined: operator === '!*' }
  }
  if (name === '@' || name === '*') return { values: scope.parameters, joined: name === '*' }
  const key = index === undefined ? undefined : await readers.textOf(index, shell)
  if (key !== '@' && key !== '*') return undefined
  const list = scope.lists.get(name) ?? new Map(scope.variables.has(name) ? [['0', scope.variables.get(name) ?? '']] : [])
  return { values: [...(indirect ? list.keys() : list.values())], joined: key === '*' }
}

/** One value, or undefined. */
async function oneOf({ name, index, indirect }: Variable, at: At): Promise<string | undefined> {
  const { shell, readers } = at
  const { scope } = shell
  if (indirect) {
    const [, other = '', key] =
      /^([A-Za-z_]\w*|[0-9@*#?]+)(?:\[(.*)\])?$/.exec((await oneOf({ kind: 'variable', name, quoted: true, ...(index && { index }) }, at)) ?? '') ?? []
    if (other === '') return undefined
    return oneOf({ kind: 'variable', name: other, quoted: true, ...(key !== undefined && { index: [{ kind: 'text', text: key, quoted: true }] }) }, at)
  }
  const list = scope.lists.get(name)
  if (index === undefined) return list ? list.get('0') : textOf(name, shell)
  const text = await readers.textOf(index, shell)
  if (scope.keyed.has(name)) return list?.get(text)
  const number = readers.calculated(text, shell)
  if (!list) return number === 0 ? textOf(name, shell) : undefined
  return list.get(String(number < 0 ? Math.max(...[...list.keys()].map(Number), -1) + 1 + number : number))
}

/** How long a value is, or how many there are. */
async function lengthOf(part: Variable, at: At): Promise<number> {
  const several = await severalOf(part, at)
  if (several) return several.values.length
  const value = await oneOf(part, at)
  if (value === undefined && at.shell.scope.options.has('nounset')) throw unset(part.name, at.shell)
  return (value ?? '').length
}

/** What an operator makes of each of several values; a slice is one of the list. */
async function changedAll(values: readonly string[], { name, operator, word = [] }: Variable, at: At): Promise<readonly string[]> {
  if (operator === undefined || operator.startsWith('!')) return values
  if (operator !== ':') return Promise.all(values.map((value) => changed(value, operator, word, at)))
  const parameters = name === '@' || name === '*'
  const [start, end] = await sliceOf(word, values.length + (parameters ? 1 : 0), at)
  return (parameters ? [at.shell.scope.name, ...values] : values).slice(start, end)
}

async function sliceOf(word: Word, length: number, { shell, readers }: At): Promise<readonly [start: number, end: number]> {
  const [offset = '', count] = (await readers.textOf(word, shell)).split(/:(?![^?]*\?)/)
  const from = readers.calculated(offset, shell)
  const start = from < 0 ? length + from : from
  if (start < 0) return [0, 0]
  const size = count === undefined ? length : readers.calculated(count, shell)
  return [start, size < 0 ? length + size : start + size]
}

type Change = (value: string, at: At, word: Word, operator: string) => string | Promise<string>

const changes: Readonly<Record<string, Change>> = {
  ':': async (value, at, word) => value.slice(...(await sliceOf(word, value.length, at))),
  '^': (value) => value.charAt(0).toUpperCase() + value.slice(1),
  '^^': (value) => value.toUpperCase(),
  ',': (value) => value.charAt(0).toLowerCase() + value.slice(1),
  ',,': (value) => value.toLowerCase(),
  '@': async (value, { shell, readers }, word) => transformed(value, await readers.textOf(word, shell)),
  '/': replaced,
  '//': replaced,
  '#': cut,
  '##': cut,
  '%': cut,
  '%%': cut,
}

function changed(value: string, operator: string, word: Word, at: At): string | Promise<string> {
  return changes[operator]?.(value, at, word, operator) ?? value
}

function transformed(value: string, letter: string): string {
  if (letter === 'Q') return quoteForBash(value)
  if (letter === 'U') return value.toUpperCase()
  if (letter === 'u') return value.charAt(0).toUpperCase() + value.slice(1)
  return letter === 'L' ? value.toLowerCase() : value
}

async function replaced(value: string, { shell, readers }: At, word: Word, operator: string): Promise<string> {
  const [pattern, replacement] = splitAtSlash(word)
  const wanted = await readers.patternOf(pattern, shell)
  if (wanted === '') return value
  const text = await readers.textOf(replacement, shell)
  const anchor = operator === '/' && shell.scope.dialect === 'bash' && /^[#%]/.test(wanted) ? wanted[0] : undefined
  const source = patternSource(anchor === undefined ? wanted : wanted.slice(1))
  const whole = anchor === '#' ? `^(?:${source})` : anchor === '%' ? `(?:${source})$` : source
  return value.replace(new RegExp(whole, operator === '//' ? 'gs' : 's'), (found) => (found === '' && anchor === undefined ? '' : text))
}

/** Cuts a word in two at its first plain slash. */
function splitAtSlash(word: Word): readonly [Word, Word] {
  const index = word.findIndex((part) => part.kind === 'text' && !part.quoted && part.text.includes('/'))
  const part = word[index]
  if (part?.kind !== 'text') return [word, []]
  const at = part.text.indexOf('/')
  const piece = (text: string): Word => (text === '' ? [] : [{ kind: 'text', text, quoted: false }])
  return [
    [...word.slice(0, index), ...piece(part.text.slice(0, at))],
    [...piece(part.text.slice(at + 1)), ...word.slice(index + 1)],
  ]
}

async function cut(value: string, { shell, readers }: At, word: Word, operator: string): Promise<string> {
  const source = patternSource(await readers.patternOf(word, shell), operator.length === 2)
  if (operator.startsWith('#')) return value.replace(new RegExp(`^(?:${source})`, 's'), '')
  if (operator.length === 2) return value.replace(new RegExp(`(?:${source})$`, 's'), '')
  for (let start = value.length; start >= 0; start -= 1) if (new RegExp(`^(?:${source})$`, 's').test(value.slice(start))) return value.slice(0, start)
  return value
}
